#include "coordinator/pool/worker_state.h"

#include <algorithm>
#include <chrono>

namespace fanfetch {
namespace {

/// The first rest after a failed start; each further one is twice as long.
constexpr auto kFirstRest = std::chrono::milliseconds(100);
constexpr auto kLongestRest = std::chrono::seconds(30);
/// Of one that had come to serve: what kills it may be in the links, and those behind are waiting.
constexpr auto kLongestRestOfServing = std::chrono::seconds(1);

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
  if (see(heartbeat)) return Action::none;
  silent_ticks_ = late ? 0 : silent_ticks_ + 1;
  return silent_ticks_ < kHungTicks ? Action::none : Action::suspect;
}

void WorkerState::on_posted(std::uint64_t heartbeat) {
  if (state_ == State::starting) see(heartbeat);
}

bool WorkerState::see(std::uint64_t heartbeat) {
  if (heartbeat == last_heartbeat_) return false;
  last_heartbeat_ = heartbeat;
  silent_ticks_ = 0;
  state_ = State::serving;
  served_ = true;
  early_deaths_ = rests_ = 0;
  return true;
}

WorkerState::Action WorkerState::on_suspected(bool waits_for_disk) {
  if (!waits_for_disk) return condemn();
  silent_ticks_ = 0;
  return Action::none;
}

WorkerState::Action WorkerState::condemn() {
  if (state_ != State::starting && state_ != State::serving) return Action::none;
  state_ = State::condemned;
  return Action::kill;
}

WorkerState::Action WorkerState::on_death(Instant now, std::uint64_t heartbeat) {
  served_ = served_ || heartbeat > 0;
  if (served_) {
    early_deaths_ = rests_ = 0;
    if (of_use_ || useless_deaths_++ == 0) return Action::start;
    rest(started_, useless_deaths_ - 2, kLongestRestOfServing);
  } else {
    ++early_deaths_;
    rest(started_, rests_++, kLongestRest);
  }
  return now >= rest_until_ ? Action::start : Action::none;
}

void WorkerState::on_started(Instant now) {
  state_ = State::starting;
  started_ = now;
  last_heartbeat_ = 0;
  silent_ticks_ = 0;
  served_ = of_use_ = false;
}

void WorkerState::on_start_failed(Instant now) { rest(now, rests_++, kLongestRest); }

/// `earlier`: rests before this one, each of which doubles it.
void WorkerState::rest(Instant since, unsigned earlier, Duration longest) {
  rest_until_ = since + std::min<Duration>(kFirstRest * (1u << std::min(earlier, 20u)), longest);
  state_ = State::resting;
}

}  // namespace fanfetch
