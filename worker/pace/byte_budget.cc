#include "worker/pace/byte_budget.h"

#include <algorithm>

namespace fanfetch {
namespace {

using Seconds = std::chrono::duration<double>;

}  // namespace

double ByteBudget::capacity() const {
  return std::max(rate_ * Seconds(kBurst).count(), largest_piece_);
}

double ByteBudget::needed(double bytes) const { return std::min(bytes, capacity()); }

void ByteBudget::fill(Instant now) {
  const double seconds = Seconds(now - filled_at_).count();
  filled_at_ = now;
  if (seconds > 0) tokens_ += rate_ * seconds;
  tokens_ = std::min(tokens_, capacity());
}

void ByteBudget::set_rate(std::optional<std::uint64_t> rate, std::size_t largest_piece,
                          Instant now) {
  fill(now);
  if (unlimited_) tokens_ = 0;  // a limit that begins starts empty
  unlimited_ = !rate;
  rate_ = static_cast<double>(rate.value_or(0));
  largest_piece_ = static_cast<double>(largest_piece);
  tokens_ = std::min(tokens_, capacity());  // the rest is another worker's share
}

bool ByteBudget::take(Id who, std::size_t bytes, Instant now) {
  if (unlimited_) return true;
  fill(now);
  const double piece = static_cast<double>(bytes);
  const bool has_turn = turn_ == who;
  if (has_turn) turn_.reset();
  if ((waiting_.empty() || has_turn) && tokens_ >= needed(piece)) {
    tokens_ -= piece;
    return true;
  }
  waiting_.push_back({who, piece});
  return false;
}

std::optional<ByteBudget::Id> ByteBudget::next(Instant now) {
  fill(now);
  if (waiting_.empty()) return std::nullopt;
  if (!unlimited_ && tokens_ < needed(waiting_.front().bytes)) return std::nullopt;
  turn_ = waiting_.front().who;
  waiting_.pop_front();
  return turn_;
}

std::optional<Instant> ByteBudget::next_due() const {
  if (waiting_.empty()) return std::nullopt;
  if (unlimited_) return filled_at_;
  if (rate_ <= 0) return std::nullopt;
  const double missing = needed(waiting_.front().bytes) - tokens_;
  return filled_at_ + std::chrono::ceil<Duration>(Seconds(std::max(missing, 0.0) / rate_));
}

void ByteBudget::forget(Id who) {
  std::erase_if(waiting_, [who](const Waiting& one) { return one.who == who; });
  if (turn_ == who) turn_.reset();
}

}  // namespace fanfetch
