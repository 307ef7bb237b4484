#pragma once

#include <string>

#include "common/clock.h"
#include "coordinator/options/options.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// A command line as people may see it.
struct ShownCommandLine {
  std::string command;        ///< See shown_command().
  std::string options_again;  ///< See shown_options_again().
};

/// A run, as the user asked for it, from its options to its end. `start`: of the program. Throws an
/// Exit where no run can begin; may end the process, as a signal says. Call once, from the only
/// thread.
[[nodiscard]] Exit launch(Options options, ShownCommandLine shown, Instant start);

}  // namespace fanfetch
