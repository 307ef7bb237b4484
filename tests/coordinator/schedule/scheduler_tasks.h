#pragma once

#include <vector>

#include "coordinator/schedule/scheduler.h"
#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {

/// Rules that give each host `most` at once, whatever it answers.
[[nodiscard]] inline HostRules fixed() { return {.adapts = false}; }

/// All tasks that may run at `now`; the scheduler takes them as running.
[[nodiscard]] inline std::vector<TaskId> all(Scheduler& scheduler, Instant now = kStart) {
  std::vector<TaskId> tasks;
  while (const auto task = scheduler.next(now)) tasks.push_back(*task);
  return tasks;
}

}  // namespace fanfetch
