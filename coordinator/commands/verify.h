#pragma once

#include "coordinator/commands/arguments/command_arguments.h"

namespace fanfetch {

/// `fanfetch verify`: compares the files of a folder with its ledger. Holds the folder as a run
/// does, and finishes first what a killed run left. Reads with one process a CPU; memory does not
/// grow with the number of files. REQUIRES: there is no thread.
[[nodiscard]] Exit run_verify(const VerifyArguments& arguments);

}  // namespace fanfetch
