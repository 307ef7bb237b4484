#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/clock.h"
#include "coordinator/measure/run_samples.h"

namespace fanfetch {

/// How far a run was, guessed from when its links ended: for runs that were too short to take
/// samples of themselves, or did not live to write them. Pure.
class RunTimeline {
 public:
  static constexpr std::size_t kSteps = 60;

  /// The run went from `start` to `end`.
  RunTimeline(WallTime start, WallTime end);

  /// A time outside the run counts as its begin or end. `bytes`: of a saved file.
  void add_saved(WallTime ended, std::uint64_t bytes);
  void add_failed(WallTime ended);

  /// At equal distances; empty: nothing was added.
  [[nodiscard]] std::vector<RunSample> samples() const;

 private:
  RunSample& step_of(WallTime ended);

  WallTime start_;
  std::chrono::milliseconds took_;
  std::vector<RunSample> steps_ = std::vector<RunSample>(kSteps);  // of each step alone
};

}  // namespace fanfetch
