#pragma once

#include <memory>
#include <optional>
#include <string>

#include "common/result.h"
#include "coordinator/ledger/output_folder.h"
#include "coordinator/ledger/placement.h"
#include "coordinator/ledger/reserve.h"
#include "coordinator/ledger/sqlite_ledger.h"

namespace fanfetch {

/// How the plan makes names, for the ledger.
[[nodiscard]] NameRules name_rules();

/// Where the ledger of an output folder lies: `--ledger FILE`, or in the folder.
[[nodiscard]] std::string ledger_path(const std::string& output, const std::string& ledger_option);

/// An output folder with its ledger: locked, what a killed run left finished or cleaned away, ready
/// for a run or for a repair.
struct RunLedger {
  OutputFolder output;
  std::string path;  ///< Of the ledger.
  std::unique_ptr<SqliteLedger> ledger;
  std::optional<std::string> notice;  ///< For the user, if a damaged ledger was moved aside.
};

[[nodiscard]] tl::expected<RunLedger, OutputError> open_run_ledger(const std::string& output,
                                                                   const std::string& ledger);

}  // namespace fanfetch
