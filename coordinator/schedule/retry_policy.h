#pragma once

#include <optional>
#include <random>

#include "common/clock.h"
#include "common/outcome.h"

namespace fanfetch {

/// When a failed attempt is followed by another one. Pure: the time of day and the dice come in.
class RetryPolicy {
 public:
  /// `retries`: attempts after the first one. `max_wait`: the longest wait that a server may ask
  /// for; 0: no limit.
  explicit RetryPolicy(int retries, Duration max_wait = std::chrono::minutes(10))
      : retries_(retries), max_wait_(max_wait) {}

  /// How long to wait before the next attempt; nullopt: the failure stands. `attempts`: made so
  /// far, at least 1. A Retry-After is the least wait (never under kMinRetryAfter), with up to a
  /// quarter more at random, at most kMaxJitter; one beyond max_wait ends the link. Without it:
  /// exponential back-off with full jitter, evenly distributed between 0 and kFirstDelay *
  /// 2^(attempts-1), at most kMaxDelay.
  [[nodiscard]] std::optional<Duration> delay(const Failed& failed, int attempts, WallTime now,
                                              std::mt19937_64& random) const;

  static constexpr auto kFirstDelay = std::chrono::seconds(1);
  static constexpr auto kMaxDelay = std::chrono::seconds(60);

 private:
  int retries_;
  Duration max_wait_;
};

}  // namespace fanfetch
