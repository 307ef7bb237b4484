#pragma once

#include <chrono>

namespace fanfetch {

/// Waits for `time`, or until the run stops: `stop_fd` is readable (-1: never). With a `time` of 0
/// it only looks. Returns false if the run stops. Any thread.
[[nodiscard]] bool wait_unless_stopped(int stop_fd, std::chrono::milliseconds time);

}  // namespace fanfetch
