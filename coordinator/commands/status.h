#pragma once

#include "coordinator/commands/arguments/command_arguments.h"

namespace fanfetch {

/// `fanfetch status`: prints on stdout. Reads the ledger as it was at one moment, changes nothing,
/// and keeps no run waiting. Memory: a few hundred bytes a host with --by-host, else none that
/// grows.
[[nodiscard]] Exit run_status(const StatusArguments& arguments);

}  // namespace fanfetch
