#pragma once

#include "coordinator/process/exit.h"
#include "coordinator/reading/reader.h"
#include "coordinator/report/tally.h"

namespace fanfetch {

/// What a dry run goes by.
struct DryRunRules {
  bool quiet = false;    ///< No notices and no closing line.
  MaxFailed max_failed;  ///< What still counts as success.
};

/// `--dry-run`: prints `URL<tab>NAME` for each link that would be fetched, to stdout, and what is
/// wrong with the others to stderr. Asks for nothing but listings.
[[nodiscard]] Exit dry_run(const DryRunRules& rules, Reader& reader);

}  // namespace fanfetch
