#pragma once

#include <tl/expected.hpp>

#include "coordinator/commands/arguments/command_arguments.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// Makes of each DIR of a command the folders that it stands for: it may be the folder of the files
/// or that of `--state`. Exit: as find_run_folder() has it.
[[nodiscard]] tl::expected<void, Exit> find_folders(Command& command);

}  // namespace fanfetch
