#pragma once

#include "coordinator/process/exit.h"

namespace fanfetch {

/// Whether the first word is one of a command: programs that look at a folder, or steer the run
/// that is going on in it, and share nothing with a run's loop.
[[nodiscard]] bool is_command(int argc, const char* const* argv);

/// May end the process by SIGPIPE when stdout's reader is gone.
/// REQUIRES: is_command(), and there is no thread yet.
[[nodiscard]] Exit run_command(int argc, const char* const* argv);

}  // namespace fanfetch
