#pragma once

#include <cstdint>
#include <optional>
#include <random>

#include "common/clock.h"
#include "coordinator/redis/redis_trouble.h"

namespace fanfetch {

/// How long to wait before the next try to connect. A fleet of a thousand nodes loses its Redis at
/// one moment, and is not to come back at one. Pure: the time comes in, and the dice's seed.
class ReconnectWaits {
 public:
  static constexpr auto kFirst = std::chrono::milliseconds(200);
  static constexpr auto kLongest = std::chrono::seconds(10);
  /// Only a connection that lasts for so long makes the next wait a short one: a server may take
  /// each, and break it at once.
  static constexpr auto kSettled = std::chrono::seconds(10);

  explicit ReconnectWaits(std::uint64_t seed) : random_(seed) {}

  /// A connection works.
  void connected(Instant now);
  /// It broke, or a try failed. nullopt: trying again is of no use. Else exponential back-off with
  /// jitter: evenly distributed between half and all of kFirst * 2^(failures-1), at most kLongest.
  /// What only a person can mend is of no use before there was a first connection; later somebody
  /// is at work on the server, and it is tried again with the longest wait.
  [[nodiscard]] std::optional<Duration> after(RedisRemedy remedy, Instant now);

 private:
  std::mt19937_64 random_;
  int failures_ = 0;
  bool was_connected_ = false;
  std::optional<Instant> since_;  // that the present connection works
};

}  // namespace fanfetch
