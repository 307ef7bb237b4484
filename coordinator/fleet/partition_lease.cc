#include "coordinator/fleet/partition_lease.h"

#include <algorithm>
#include <utility>

namespace fanfetch {

void PartitionLease::on_yes(RequestNumber request, BootInstant now) {
  if (!is_asking_ || request != request_) return;
  is_asking_ = false;
  if (gives_back_) {
    state_ = State::over;
    return;
  }
  confirmed_ = std::max(confirmed_, sent_);
  if (state_ == State::asked || state_ == State::unsure) {
    state_ = now < end() ? State::working : State::unsure;
  }
}

void PartitionLease::on_no(RequestNumber request, BootInstant now) {
  if (!is_asking_ || request != request_) return;
  is_asking_ = false;
  is_ours_ = false;
  if (is_held()) {
    end_work(State::dropping, now);
  } else if (state_ != State::dropping) {
    state_ = State::over;
  }
}

void PartitionLease::on_lost() {
  if (std::exchange(is_asking_, false)) was_lost_ = true;
  if (state_ == State::asked) state_ = State::unsure;
}

void PartitionLease::on_stopped() {
  if (state_ == State::stopping) state_ = State::returning;
  if (state_ == State::dropping) state_ = is_ours_ ? State::unsure : State::over;
}

void PartitionLease::hand_back(BootInstant now) {
  if (state_ == State::unsure) state_ = State::returning;
  if (state_ == State::working) end_work(State::stopping, now);
}

/// Not later than the lease: whoever slept notices its end late.
void PartitionLease::end_work(State state, BootInstant now) {
  if (state_ == State::working) ends_work_ = std::min(now, end());
  state_ = state;
}

void PartitionLease::on_time(BootInstant now) {
  switch (state_) {
    case State::working:
    case State::stopping:
      if (now >= end()) end_work(State::dropping, now);
      break;
    case State::asked:
      // The answer may still come; it cannot be worked by any more.
      if (now >= sent_ + rules_->usable) state_ = State::unsure;
      break;
    case State::unsure:
    case State::returning:
      if (now >= sent_ + rules_->lease) state_ = State::over;
      break;
    case State::dropping:
    case State::over: break;
  }
}

PartitionLease::Request PartitionLease::due(BootInstant now) const {
  if (is_asking_) return Request::none;
  if (state_ == State::returning) return Request::give_back;
  if (state_ == State::unsure) return Request::renew;
  if (is_held() && now >= renew_at()) return Request::renew;
  return Request::none;
}

void PartitionLease::on_sent(RequestNumber request, BootInstant now) {
  gives_back_ = state_ == State::returning;
  request_ = request;
  sent_ = now;
  is_asking_ = true;
  was_lost_ = false;
}

/// What was lost is asked for again at once: the lease runs on.
BootInstant PartitionLease::renew_at() const {
  return was_lost_ ? sent_ : sent_ + rules_->renew_every;
}

BootInstant PartitionLease::stop_by() const {
  return (state_ == State::working ? end() : ends_work_) + rules_->stop;
}

std::optional<BootInstant> PartitionLease::wake_at(bool can_ask) const {
  const bool asks = can_ask && !is_asking_;
  switch (state_) {
    case State::asked: return sent_ + rules_->usable;
    case State::unsure:
    case State::returning: return asks ? sent_ : sent_ + rules_->lease;
    case State::working:
    case State::stopping: return asks ? std::min(renew_at(), end()) : end();
    case State::dropping: return std::nullopt;
    case State::over: return sent_;
  }
  return std::nullopt;
}

}  // namespace fanfetch
