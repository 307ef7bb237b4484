#pragma once

#include <chrono>
#include <cstdint>

#include "common/clock.h"

// What the tests of several reports take a run to be.

namespace fanfetch {

inline constexpr Instant kStart{std::chrono::seconds(1000)};
inline constexpr std::uint64_t kMega = 1 << 20;

}  // namespace fanfetch
