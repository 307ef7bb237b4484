#include "worker/pace/transfer_deadlines.h"

#include <algorithm>

namespace fanfetch {

void TransferDeadlines::count_time(Instant now) {
  const Duration time = now - counted_until_;
  counted_until_ = now;
  if (held_) return;
  taken_ += time;
  if (requested_) slow_ += time;
}

void TransferDeadlines::request(Instant now) {
  count_time(now);
  requested_ = true;
  slow_ = Duration(0);
  bytes_ = 0;
}

void TransferDeadlines::hold(Instant now) {
  count_time(now);
  held_ = was_held_ = true;
}

void TransferDeadlines::resume(Instant now) {
  count_time(now);
  held_ = false;
}

TransferDeadlines::Verdict TransferDeadlines::judge(Instant now) {
  count_time(now);
  if (limits_.timeout.count() > 0 && taken_ >= limits_.timeout) return Verdict::timeout;
  const double seconds = std::chrono::duration<double>(slow_).count();
  const double enough = std::max<double>(limits_.min_speed, 1) * seconds;
  if (static_cast<double>(bytes_) >= enough) {
    slow_ = Duration(0);
    bytes_ = 0;
  } else if (limits_.stall_timeout.count() > 0 && slow_ >= limits_.stall_timeout) {
    return Verdict::stall;
  }
  return Verdict::in_time;
}

std::optional<Instant> TransferDeadlines::due() const {
  if (limits_.timeout.count() == 0 || held_) return std::nullopt;
  return counted_until_ + (limits_.timeout - taken_);
}

}  // namespace fanfetch
