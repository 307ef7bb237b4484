#include "coordinator/redis/reconnect_waits.h"

#include "coordinator/link/retry_wait.h"

namespace fanfetch {

void ReconnectWaits::connected(Instant now) {
  was_connected_ = true;
  since_ = now;
}

std::optional<Duration> ReconnectWaits::after(RedisRemedy remedy, Instant now) {
  if (since_ && now - *since_ >= kSettled) failures_ = 0;
  since_.reset();
  ++failures_;
  const bool is_hopeless = remedy == RedisRemedy::give_up;
  if (is_hopeless && !was_connected_) return std::nullopt;
  const std::chrono::nanoseconds most =
      is_hopeless ? kLongest : exponential_backoff(failures_, kFirst, kLongest);
  return std::chrono::nanoseconds(
      std::uniform_int_distribution<std::int64_t>(most.count() / 2, most.count())(random_));
}

}  // namespace fanfetch
