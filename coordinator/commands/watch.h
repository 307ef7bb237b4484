#pragma once

#include <optional>

#include "coordinator/commands/arguments/command_arguments.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/commands/status_report.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// nullopt: no run is going on, or it does not say soon.
[[nodiscard]] std::optional<LiveAnswer> ask_run(const RunFolder& folder);

/// Shows that line, or with `json` its object, each second until the run ends. Exit: the run does
/// not answer, or not to this user; no run is none.
[[nodiscard]] tl::expected<void, Exit> watch_run(const RunFolder& folder, bool json,
                                                 LineOutput& output);

}  // namespace fanfetch
