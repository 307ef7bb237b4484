#include "coordinator/link/retry_wait.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace fanfetch {

using std::chrono::seconds;

std::optional<seconds> parse_retry_after(std::string_view value, WallTime now) {
  constexpr seconds kYear = std::chrono::hours(24 * 365);
  std::int64_t number = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  if (rest == end && !value.empty() && value.front() != '-') {
    if (error == std::errc::result_out_of_range) return kYear;
    if (error == std::errc()) return std::min(seconds(number), kYear);
  }
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::max(std::chrono::ceil<seconds>(*date - now), seconds(0));
}

Duration exponential_backoff(int tries, Duration first, Duration longest) {
  Duration wait = std::min(first, longest);
  for (int i = 1; i < tries && wait < longest; ++i) {
    wait = wait > longest / 2 ? longest : 2 * wait;
  }
  return wait;
}

}  // namespace fanfetch
