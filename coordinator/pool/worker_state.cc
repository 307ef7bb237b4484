#include "coordinator/pool/worker_state.h"

#include <algorithm>
#include <chrono>

namespace fanfetch {
namespace {

/// The first rest after a failed start; each further one is twice as long.
constexpr auto kFirstRest = std::chrono::milliseconds(100);
constexpr auto kLongestRest = std::chrono::seconds(30);

/// A tick that comes later than this says that the coordinator itself did not run.
constexpr auto kLateTick = 2 * WorkerState::kTick;

}  // namespace

WorkerState::Action WorkerState::on_tick(Instant now, std::uint64_t heartbeat) {
  const bool late = now - last_tick_ > kLateTick;
  last_tick_ = now;
  switch (state_) {
    case State::resting: return now >= rest_until_ ? Action::start : Action::none;
    case State::condemned: return Action::none;
    case State::starting:
    case State::serving: break;
  }
  if (heartbeat != last_heartbeat_) {
    last_heartbeat_ = heartbeat;
    silent_ticks_ = 0;
    state_ = State::serving;
    failed_starts_ = 0;
    return Action::none;
  }
  silent_ticks_ = late ? 0 : silent_ticks_ + 1;
  if (silent_ticks_ < kHungTicks) return Action::none;
  state_ = State::condemned;
  return Action::kill;
}

WorkerState::Action WorkerState::on_corrupt() {
  if (state_ != State::starting && state_ != State::serving) return Action::none;
  state_ = State::condemned;
  return Action::kill;
}

WorkerState::Action WorkerState::on_death(Instant now, std::uint64_t heartbeat) {
  if (heartbeat > 0) {
    failed_starts_ = 0;
    return Action::start;
  }
  rest_until_ =
      now + std::min<Duration>(kFirstRest * (1u << std::min(failed_starts_, 20u)), kLongestRest);
  ++failed_starts_;
  state_ = State::resting;
  return Action::none;
}

void WorkerState::pardon() {
  state_ = State::serving;
  silent_ticks_ = 0;
}

void WorkerState::on_started() {
  state_ = State::starting;
  last_heartbeat_ = 0;
  silent_ticks_ = 0;
}

}  // namespace fanfetch
