#pragma once

#include <chrono>

namespace fanfetch {

/// Waits so long, or until `stop_fd` is readable (-1: never). False: it is, the run stops.
[[nodiscard]] bool wait_unless_stopped(int stop_fd, std::chrono::milliseconds time);

}  // namespace fanfetch
