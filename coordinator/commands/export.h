#pragma once

#include "coordinator/commands/arguments/command_arguments.h"

namespace fanfetch {

/// `fanfetch export`: the rows of each folder's ledger that are asked for, as records or as links
/// alone, in the order in which the links were first settled. Memory does not grow with the ledger.
/// CSV reads the ledger twice, as its heading has the lists' own columns; one that a run that is
/// going on adds in between is left out.
[[nodiscard]] Exit run_export(const ExportArguments& arguments);

}  // namespace fanfetch
