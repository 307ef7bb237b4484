#include "coordinator/schedule/retry_policy.h"

#include <algorithm>
#include <charconv>

namespace fanfetch {
namespace {

using std::chrono::nanoseconds;

nanoseconds between(nanoseconds least, nanoseconds most, std::mt19937_64& random) {
  return nanoseconds(
      std::uniform_int_distribution<std::int64_t>(least.count(), most.count())(random));
}

}  // namespace

std::optional<Duration> RetryPolicy::delay(const Failed& failed, int attempts, WallTime now,
                                           std::mt19937_64& random) const {
  if (failed.retry == Retry::no || attempts > retries_) return std::nullopt;
  if (const auto asked = parse_retry_after(failed.response.retry_after, now)) {
    const nanoseconds least = std::max(*asked, std::chrono::seconds(kMinRetryAfter));
    if (max_wait_ > Duration{} && least > max_wait_) return std::nullopt;
    return between(least, least + least / 4, random);
  }
  const int doublings = std::min(attempts - 1, 20);  // far beyond kMaxDelay, far from an overflow
  const nanoseconds most = std::min<nanoseconds>(kFirstDelay * (1ll << doublings), kMaxDelay);
  return between(nanoseconds(0), most, random);
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, WallTime now) {
  std::int64_t seconds = 0;
  const char* end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, seconds);
  if (rest == end && !value.empty()) {
    if (error == std::errc::result_out_of_range) return std::chrono::hours(24 * 365);
    if (error == std::errc() && seconds >= 0) {
      return std::chrono::seconds(std::min<std::int64_t>(seconds, 365ll * 24 * 3600));
    }
  }
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::max(std::chrono::ceil<std::chrono::seconds>(*date - now), std::chrono::seconds(0));
}

}  // namespace fanfetch
