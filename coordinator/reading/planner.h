#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "common/job.h"
#include "common/result.h"
#include "coordinator/ledger/history.h"
#include "coordinator/ledger/seen_rows.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"
#include "coordinator/names/in_flight.h"
#include "coordinator/names/name_template.h"
#include "coordinator/reading/link_filter.h"
#include "coordinator/reading/retry_failed.h"
#include "coordinator/sources/entry/source.h"

namespace fanfetch {

/// What the user wants of links that earlier runs settled.
struct ResumeOptions {
  bool refresh = false;       ///< Ask the server about saved files.
  bool adopt = false;         ///< A file under a link's plain name is taken as saved.
  bool trust_ledger = false;  ///< A saved file is there; do not look.
  RetryFailed retry_failed;
  HashContent hash_content = HashContent::yes;  ///< Of adopted files.
};

/// What a plan is made with.
struct PlanContext {
  NameTemplate names;
  ResumeOptions resume;
  std::string output;                ///< The folder, for messages.
  int output_fd = -1;                ///< Lent; -1: there is none yet.
  std::unique_ptr<History> history;  ///< None: there is no earlier run.
  std::optional<SeenRows> seen;      ///< REQUIRES: set if history is.
  std::int64_t run = 0;              ///< This run's number in the ledger.
  InFlight* in_flight = nullptr;     ///< Lent.
};

/// The output or the ledger fails: the run is over.
struct OutputTrouble {
  std::string message;
  bool ledger_damaged = false;
};

/// What becomes of one entry of a list: a link to fetch, a record of one that needs no request, or
/// a row that the ledger does not have yet.
using Plan = std::variant<Link, Record, LedgerRow, OutputTrouble>;

/// Filters, recognises and names links. May wait for the disk. Thread: the reader's.
class Planner {
 public:
  explicit Planner(PlanContext context) : context_(std::move(context)) {}

  /// `place`: of the entry in the list, from 1.
  [[nodiscard]] Plan plan(const ListedItem& item, const LinkFilter& filter, std::uint64_t place);
  /// Lets go of the ledger: there may be nothing to plan for a while.
  void rest();

 private:
  [[nodiscard]] Plan plan_link(Link link, const ListedItem& item);
  /// None: it is to be fetched, under the name that `link` has got if it has one.
  [[nodiscard]] std::optional<Plan> recall(Link& link, const LedgerRow& row);
  void look(std::uint64_t generation);
  [[nodiscard]] std::string plain_name(const Link& link, const ListedItem& item) const;
  [[nodiscard]] std::optional<Plan> adopt(const Link& link, const std::string& plain,
                                          std::int64_t own_row);
  [[nodiscard]] std::optional<Plan> adopted_row(const Link& link, const std::string& plain,
                                                std::uint64_t key, const FileStamp& file);
  void choose_name(Link& link, const std::string& plain, std::int64_t row);
  [[nodiscard]] bool is_free(const std::string& name, std::uint64_t key, std::int64_t row);
  [[nodiscard]] std::optional<FileStamp> file_of(const LedgerRow& row) const;
  [[nodiscard]] std::optional<OutputTrouble> trouble() const;

  PlanContext context_;
  std::optional<std::uint64_t> looked_at_;  // the generation of InFlight that history shows
};

}  // namespace fanfetch
