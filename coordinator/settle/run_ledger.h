#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/names/links_in_flight.h"
#include "coordinator/names/name_claims.h"
#include "coordinator/report/run_report.h"
#include "coordinator/settle/batch_settler.h"
#include "coordinator/settle/output_folder.h"
#include "coordinator/settle/placer.h"
#include "coordinator/settle/reserve.h"
#include "coordinator/settle/run_measures.h"

namespace fanfetch {

/// An output folder with its ledger, locked and ready for a run or a repair: what a killed run left
/// is finished or removed.
struct RunLedger {
  OutputFolder output;
  std::string path;  ///< Of the ledger.
  std::unique_ptr<SqliteLedger> ledger;
  bool has_old_parts = false;  ///< Parts of an earlier run that can be gone on with.
  /// What the run's workers have in common; nullopt: none of them has said.
  std::optional<std::uint32_t> protections;
  std::optional<std::string> notice;  ///< For the user, if a damaged ledger was moved aside.
};

/// `moved`: called for each bit of what an earlier
/// run makes to do; nothing calls it while a disk hangs.
[[nodiscard]] tl::expected<RunLedger, Exit> open_run_ledger(
    OutputFolder folder, OnDamage on_damage = OnDamage::move_aside,
    const std::function<void()>& moved = {});

/// What batches of this run are settled with: all but the rules are lent.
[[nodiscard]] SettlerHooks settler_hooks(RunLedger& run, Reserve& reserve, LinksInFlight& links,
                                         NameClaims& names, RunReport& report,
                                         RunMeasures& measures, const ContentNameRules& rules);

/// How a run ended, in its own words (see RunSummary).
struct HowItEnded {
  std::string ending;
  int exit_status = 0;
  int signal = 0;  ///< That it dies of, or 0.
};

/// Writes into the ledger how the run went. REQUIRES: the ledger's thread has ended.
[[nodiscard]] Result<> end_run(RunLedger& run, const Tally& tally, const HowItEnded& end);

}  // namespace fanfetch
