#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/ledger/database.h"
#include "coordinator/ledger/ledger.h"

namespace fanfetch {

/// The ledger as others read it, also while a run writes it. Thread: one at a time.
class History {
 public:
  /// Error: there is no ledger at `path`, or none that can be read. On a medium that cannot be
  /// written, too.
  [[nodiscard]] static Result<std::unique_ptr<History>> open(const std::string& path);
  ~History();

  /// From here on all questions are answered as of now, until the next call or stop_looking();
  /// without, each is answered as of when it is asked. A look costs some microseconds less for each
  /// question; but while it lasts, the writer's log cannot begin anew.
  void look_anew();
  void stop_looking();

  /// None: never settled, or error().
  [[nodiscard]] std::optional<LedgerRow> find(const LinkId& link);
  /// Whether a link other than `row` has a file of that name.
  [[nodiscard]] bool name_taken(std::uint64_t name_key, std::int64_t row);
  /// Every row, in the order in which the links were first settled; false: stops. Without a look,
  /// `visit` may take its time: no more than a page of rows is read at once, each as of then.
  void each_row(const std::function<bool(const LedgerRow&)>& visit);
  /// What went wrong with any call so far; they yield nothing from then on.
  [[nodiscard]] std::optional<Error> error();
  /// That error is the ledger's own fault.
  [[nodiscard]] bool damaged() const { return damaged_; }

  /// For further questions; lent.
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
