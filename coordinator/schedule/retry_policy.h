#pragma once

#include <optional>
#include <random>
#include <string_view>

#include "common/clock.h"
#include "common/outcome.h"

namespace fanfetch {

/// When a failed attempt is worth another one. Pure: the time of day and the dice come in.
class RetryPolicy {
 public:
  /// `retries`: after the first try. `max_wait`: for a server that asks to wait; 0: no limit.
  explicit RetryPolicy(int retries, Duration max_wait = std::chrono::minutes(10))
      : retries_(retries), max_wait_(max_wait) {}

  /// How long to wait before the next attempt; none: the failure stands. `attempts`: made so far,
  /// at least 1. A server's Retry-After is a least, with up to a quarter more at random; one beyond
  /// max_wait ends the link. Otherwise exponential back-off with full jitter: evenly between 0 and
  /// kFirstDelay * 2^(attempts-1), at most kMaxDelay.
  [[nodiscard]] std::optional<Duration> delay(const Failed& failed, int attempts, WallTime now,
                                              std::mt19937_64& random) const;

  static constexpr auto kFirstDelay = std::chrono::seconds(1);
  static constexpr auto kMaxDelay = std::chrono::seconds(60);
  /// "Retry-After: 0" from a server in trouble (Imgur sends it) is not taken at its word.
  static constexpr auto kMinRetryAfter = std::chrono::seconds(1);

 private:
  int retries_;
  Duration max_wait_;
};

/// Reads a Retry-After value: seconds or an HTTP date (RFC 9110, 10.2.3), from `now` on, never
/// negative. None: it is neither.
[[nodiscard]] std::optional<std::chrono::seconds> parse_retry_after(std::string_view value,
                                                                    WallTime now);

}  // namespace fanfetch
