#include "coordinator/schedule/retry_policy.h"

#include <algorithm>
#include <cstdint>

#include "coordinator/link/retry_wait.h"

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
    const nanoseconds least = std::max(*asked, kMinRetryAfter);
    if (max_wait_ > Duration{} && least > max_wait_) return std::nullopt;
    return between(least, least + std::min<nanoseconds>(least / 4, kMaxJitter), random);
  }
  return between(nanoseconds(0), exponential_backoff(attempts, kFirstDelay, kMaxDelay), random);
}

}  // namespace fanfetch
