#pragma once

#include <optional>
#include <string>

#include "coordinator/report/tally.h"

namespace fanfetch {

/// What went wrong with a run beside single links.
struct RunTrouble {
  std::optional<std::string> workers;  ///< None can be had any more.
  std::optional<std::string> output;   ///< It cannot be written.
  bool list_failed = false;            ///< Some source could not be had.
  int signal = 0;                      ///< That ends the run, or 0.
};

/// How a run ended.
struct RunEnd {
  int exit_status = 0;
  int signal = 0;             ///< To die of, or 0.
  bool reader_stuck = false;  ///< The reader still waits for a source: leave without destructors.
};

/// The exit status of the command line's contract; what is graver goes first.
[[nodiscard]] int exit_status(const RunTrouble& trouble, const Tally& tally,
                              const MaxFailed& max_failed);

}  // namespace fanfetch
