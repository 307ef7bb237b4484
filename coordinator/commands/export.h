#pragma once

#include "coordinator/commands/command_line.h"

namespace fanfetch {

/// `fanfetch export`: every row of the ledger as a record, in the order in which the links were
/// first settled. Returns the exit status. Memory does not grow with the ledger.
[[nodiscard]] int run_export(const ExportArguments& arguments);

}  // namespace fanfetch
