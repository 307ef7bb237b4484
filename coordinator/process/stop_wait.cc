#include "coordinator/process/stop_wait.h"

#include <poll.h>

#include <algorithm>

namespace fanfetch {

bool wait_unless_stopped(int stop_fd, std::chrono::milliseconds time) {
  using Milliseconds = std::chrono::milliseconds;
  constexpr Milliseconds kLongestSleep{60'000};  // poll() counts in int
  const auto until = std::chrono::steady_clock::now() + time;
  for (;;) {
    const auto left = std::chrono::ceil<Milliseconds>(until - std::chrono::steady_clock::now());
    pollfd asked{stop_fd, POLLIN, 0};  // poll() passes over a negative descriptor
    const auto sleep = std::clamp(left, Milliseconds(0), kLongestSleep);
    if (::poll(&asked, 1, static_cast<int>(sleep.count())) > 0) return false;
    if (left.count() <= 0) return true;
  }
}

}  // namespace fanfetch
