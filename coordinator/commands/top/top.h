#pragma once

#include <string>

#include "coordinator/process/exit.h"

namespace fanfetch {

/// `fanfetch top`.
struct TopArguments {
  std::string output;  ///< DIR, as the user named it.
  std::string ledger;  ///< `--ledger`; empty: in the folder.
};

/// Shows the run that is going on, until the user or the run ends. The run notices it no more than
/// four short requests a second.
[[nodiscard]] Exit run_top(const TopArguments& arguments);

}  // namespace fanfetch
