#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/names/in_flight.h"
#include "coordinator/report/run_report.h"
#include "coordinator/settle/batch_settler.h"
#include "coordinator/settle/final_names.h"
#include "coordinator/settle/output_folder.h"
#include "coordinator/settle/placement.h"
#include "coordinator/settle/reserve.h"

namespace fanfetch {

/// How the plan makes names, for the ledger.
[[nodiscard]] NameRules name_rules();

/// Where the ledger of an output folder lies: `--ledger FILE`, or in the folder.
[[nodiscard]] std::string ledger_path(const std::string& output, const std::string& ledger_option);

/// Whether `path` is one of the files that a run keeps its books in: nobody's report may overwrite
/// them. `ledger`: its path.
[[nodiscard]] bool is_own_file(const std::string& path, const std::string& output,
                               const std::string& ledger);

/// An output folder with its ledger: locked, what a killed run left finished or cleaned away, ready
/// for a run or for a repair.
struct RunLedger {
  OutputFolder output;
  std::string path;  ///< Of the ledger.
  std::unique_ptr<SqliteLedger> ledger;
  std::optional<std::string> notice;  ///< For the user, if a damaged ledger was moved aside.
};

[[nodiscard]] tl::expected<RunLedger, OutputError> open_run_ledger(
    const std::string& output, const std::string& ledger,
    OnDamage on_damage = OnDamage::move_aside);

/// What batches of this run are settled with: all but the rules are lent.
[[nodiscard]] SettlerHooks settler_hooks(RunLedger& run, Reserve& reserve, InFlight& in_flight,
                                         RunReport& report, const FinalNameRules& final_names);

/// Writes down how the run went. REQUIRES: the ledger's thread has ended.
[[nodiscard]] Result<> end_run(RunLedger& run, const Tally& tally, const std::string& ending);

}  // namespace fanfetch
