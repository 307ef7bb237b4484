#include "common/clock.h"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>

#include "common/curl/curl_global.h"

namespace fanfetch {

std::string format_rfc3339(WallTime time) {
  const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t whole = seconds.count();
  std::tm utc{};
  ::gmtime_r(&whole, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900,
                     utc.tm_mon + 1, utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec,
                     (since_epoch - seconds).count());
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  const auto time = parse_date(std::string(text));
  if (!time) return std::nullopt;
  // WallTime counts nanoseconds, and ends in 2262; a server may say 9999.
  constexpr std::time_t kYear2200 = 7'258'118'400;
  return std::chrono::system_clock::from_time_t(std::min(*time, kYear2200));
}

}  // namespace fanfetch
