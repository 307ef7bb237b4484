#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace fanfetch {

/// How it stands with one worker, for people who look at a run.
struct WorkerView {
  unsigned number = 0;  ///< From 1.
  int pid = 0;          ///< 0: it has no process at present.
  /// `starting`, `serving`, `leaving` (it is replaced when its transfers are done), `killed`, or
  /// `resting` (after a death, until the next one is started).
  std::string_view state;
  std::size_t in_flight = 0;
  std::size_t limit = 0;        ///< Of these, at present.
  std::uint64_t jobs_done = 0;  ///< By this process.
  std::uint64_t bytes = 0;      ///< Of bodies, received by this process.
};

}  // namespace fanfetch
