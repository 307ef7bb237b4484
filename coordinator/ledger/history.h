#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/ledger.h"

namespace fanfetch {

/// A read-only view of a ledger, which a run may be writing meanwhile. Thread: one at a time.
class History {
 public:
  /// Also works on a medium that cannot be written, and with the format of an older fanfetch, which
  /// stays as it is. Error: there is no ledger at `path`, or none that can be read.
  [[nodiscard]] static Result<std::unique_ptr<History>> open(const std::string& path);
  ~History();

  /// Begins a look: until the next look or stop_looking(), all questions are answered as of this
  /// call. Without a look each is answered as of when it is asked, which costs some microseconds
  /// more; but while a look lasts, the writer cannot start its log from the beginning.
  void look_again();
  void stop_looking();

  /// No link was ever settled. False too after an error().
  [[nodiscard]] bool is_empty();
  /// nullopt: never settled, or error().
  [[nodiscard]] std::optional<LedgerRow> find(const LinkId& link);
  /// The rows from `first` to `last` whose links are saved, with what is needed to tell whether
  /// their files are whole: in the records, status, index, file_name and bytes alone are set.
  [[nodiscard]] std::vector<LedgerRow> saved_between(std::int64_t first, std::int64_t last);
  /// Whether a link other than `row` has a file of that name.
  [[nodiscard]] bool name_taken(std::uint64_t name_key, std::int64_t row);
  /// Visits every row, in the order in which the links were first settled, until `visit` returns
  /// false. Rows are read a page at a time, so that without a look `visit` may take long without
  /// holding the writer up.
  void each_row(const std::function<bool(const LedgerRow&)>& visit);
  /// The rows behind `row` in that order, a page of them; none: there are no more, or error().
  [[nodiscard]] std::vector<LedgerRow> rows_after(std::int64_t row);
  /// Of the last run; nullopt: there was none, or only some of older fanfetches.
  [[nodiscard]] std::optional<RunNaming> last_naming();
  /// That started the last run, secrets as `…`; nullopt: there was none, or it is not known.
  [[nodiscard]] std::optional<std::string> last_command();
  /// The first thing that went wrong; since then all calls yield nothing.
  [[nodiscard]] std::optional<Error> error();
  /// Whether that error means that the file is damaged. Set by error().
  [[nodiscard]] bool damaged() const { return damaged_; }

  /// For questions of the caller's own; lent.
  [[nodiscard]] Database& database() { return *database_; }

 private:
  struct Statements;
  History(std::unique_ptr<Database> database, std::string path);

  std::unique_ptr<Database> database_;
  std::string path_;
  std::unique_ptr<Statements> statements_;
  bool looking_ = false;
  bool damaged_ = false;
};

}  // namespace fanfetch
