#pragma once

#include <chrono>
#include <string>

#include "common/clock.h"

namespace fanfetch {

/// By how much clocks on the wall are ahead of UTC at `time`, by $TZ or else /etc/localtime, which
/// the first call reads. Any thread.
[[nodiscard]] std::chrono::seconds utc_offset(WallTime time);

/// `18:00`, as clocks on the wall will show it; `2026-12-01 18:00` if that is more than a day from
/// `now`.
[[nodiscard]] std::string wall_clock_text(WallTime time, WallTime now);

}  // namespace fanfetch
