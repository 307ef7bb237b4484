#pragma once

#include "coordinator/process/exit.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// `fanfetch top`.
struct TopArguments {
  RunFolder folder;
};

/// Shows the run that is going on, until the user or the run ends. The run notices it no more than
/// four short requests a second.
[[nodiscard]] Exit run_top(const TopArguments& arguments);

}  // namespace fanfetch
