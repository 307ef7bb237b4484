#pragma once

#include <ctime>

#include "common/clock.h"

namespace fanfetch {

/// CLOCK_BOOTTIME, which goes on while the machine is suspended, as the clocks of other machines
/// do: for rights that end at a time which others count, too. A type of its own, so that no such
/// time is ever measured by Instant, whose clock stands still then. All processes of a machine have
/// the same. What decides takes `now` and asks no clock.
struct BootClock {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<BootClock>;
  static constexpr bool is_steady = true;
};
using BootInstant = BootClock::time_point;

[[nodiscard]] inline BootInstant boot_now() {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  return BootInstant(std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec));
}

}  // namespace fanfetch
