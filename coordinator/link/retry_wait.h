#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "common/clock.h"

namespace fanfetch {

// How long to wait before a failed request is tried again, as far as links and listing pages have
// it in common: what the server asks for, and the back-off where it asks for nothing. Pure.

/// A server in trouble sends "Retry-After: 0" (Imgur does); it gets at least this pause.
inline constexpr std::chrono::seconds kMinRetryAfter{1};

/// What is added at random to a wait that a server asked for is a quarter of it, but no more than
/// this: so that not all come back at once, and nobody waits an hour and a quarter for an hour.
inline constexpr std::chrono::minutes kMaxJitter{1};

/// Reads a Retry-After value: seconds or an HTTP date (RFC 9110, 10.2.3). Returns the wait from
/// `now` on, between 0 and a year for seconds, never negative for a date; nullopt: it is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                                    WallTime now);

/// Exponential back-off: `first` after the first try, twice as long after each further one, at most
/// `longest`. `tries`: made so far, at least 1.
[[nodiscard]] Duration exponential_backoff(int tries, Duration first, Duration longest);

}  // namespace fanfetch
