#pragma once

#include "common/clock.h"

// The moments at which the tests of schedule/ begin.

namespace fanfetch {

inline constexpr Instant kStart{std::chrono::seconds(1000)};
inline const WallTime kNow = *parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT");

}  // namespace fanfetch
