#include "coordinator/control/run_pace.h"

#include <fmt/format.h>

#include <utility>

#include "coordinator/options/rate_plan_text.h"
#include "coordinator/process/local_time.h"

namespace fanfetch {

RunPace::RunPace(RatePlan plan, UtcOffset offset_at)
    : plan_(std::move(plan)), offset_at_(std::move(offset_at)) {}

void RunPace::set_plan(RatePlan plan) {
  plan_ = std::move(plan);
  resumed_until_.reset();
}

bool RunPace::pause(std::optional<Instant> until) {
  if (user_ && !user_->until && !until) return false;
  user_ = UserPause{until};
  return true;
}

bool RunPace::resume(const Now& now) {
  const State before = at_of_itself(now);
  user_.reset();
  const HeldRate held = rate_at(plan_, now.wall, offset_at_);
  if (held.rate.pause) resumed_until_ = held.until;
  return before.is_paused();
}

RunPace::State RunPace::at(const Now& now) const {
  State state = at_of_itself(now);
  if (!paused_by_driver_) return state;
  state.pause = Pause::driver;
  state.paused_until.reset();
  return state;
}

RunPace::State RunPace::at_of_itself(const Now& now) const {
  const HeldRate held = rate_at(plan_, now.wall, offset_at_);
  State state{.allowed = held.rate, .rate_until = held.until};
  // Whoever has ended this pause has not ended the next one.
  if (resumed_until_ && resumed_until_ == held.until) state.allowed.pause = false;
  if (state.allowed.pause) {
    state.pause = Pause::timetable;
    state.paused_until = held.until;
  }
  if (!user_ || is_over(*user_, now)) return state;
  state.pause_ends = user_->until;
  std::optional<WallTime> until;
  if (user_->until) {
    until = now.wall + std::chrono::ceil<WallTime::duration>(*user_->until - now.steady);
  }
  // The longer one counts.
  if (state.pause == Pause::timetable && until && *until <= *state.paused_until) return state;
  state.pause = Pause::command;
  state.paused_until = until;
  return state;
}

std::string holds_text(const RunPace::State& state, WallTime now) {
  std::string text = allowed_text(state.allowed);
  if (state.rate_until) text += " until " + wall_clock_text(*state.rate_until, now);
  return text;
}

std::string paused_text(const RunPace::State& state, WallTime now) {
  if (state.pause == RunPace::Pause::driver) return "paused by the fleet's driver";
  return "paused" +
         (state.paused_until ? " until " + wall_clock_text(*state.paused_until, now) : "");
}

std::string change_text(const RunPace::State& before, const RunPace::State& after, WallTime now,
                        std::uint64_t in_flight) {
  const bool goes_by_table = before.rate_until || after.rate_until;
  if (after.is_paused()) {
    if (before.is_paused()) return "";
    return fmt::format("{} by --limit-rate: {} in flight finish, and nothing new starts",
                       paused_text(after, now), in_flight);
  }
  const std::string rate = "--limit-rate " + holds_text(after, now);
  if (before.is_paused()) return "the pause is over" + (goes_by_table ? ": " + rate : "");
  return same(before.allowed, after.allowed) ? "" : rate;
}

}  // namespace fanfetch
