#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace fanfetch {

/// Time that only goes forward: for time-outs, delays and rates. Planning code takes `now` as an
/// argument and never asks a clock, so that tests move time by hand.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

/// The time of day: for records and for dates that servers send.
using WallTime = std::chrono::system_clock::time_point;

/// `2026-11-22T20:12:05.123Z` (RFC 3339, UTC, milliseconds).
[[nodiscard]] std::string format_rfc3339(WallTime time);

/// Reads a date in any form that HTTP servers send (RFC 9110, 5.6.7). nullopt: it is no date.
[[nodiscard]] std::optional<WallTime> parse_http_date(std::string_view text);

}  // namespace fanfetch
