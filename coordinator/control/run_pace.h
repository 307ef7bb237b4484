#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "coordinator/schedule/rate_plan.h"

namespace fanfetch {

/// How fast a run may go, and whether at all: what its user has said of that, the timetable of
/// --limit-rate, and of a fleet's node its driver. Pure: it is asked with the time of both clocks,
/// since a timetable goes by the one on the wall, and a pause for a time by the one that nobody
/// sets.
class RunPace {
 public:
  struct Now {
    WallTime wall;
    Instant steady;
  };
  /// By whom a run is paused.
  enum class Pause : std::uint8_t { none, command, timetable, driver };
  /// What holds at a moment.
  struct State {
    AllowedRate allowed = {};  ///< By --limit-rate; no pause that the user has ended.
    std::optional<WallTime> rate_until = {};    ///< When the timetable has something else.
    Pause pause = Pause::none;                  ///< By the one who lasts longest.
    std::optional<WallTime> paused_until = {};  ///< nullopt: until somebody says resume.
    std::optional<Instant> pause_ends = {};     ///< When the user's pause does, for a timer.

    [[nodiscard]] bool is_paused() const { return pause != Pause::none; }
  };

  RunPace(RatePlan plan, UtcOffset offset_at);

  /// Takes the place of the plan that held, whatever of it the user has ended.
  void set_plan(RatePlan plan);
  /// The user pauses the run, until resume() or that time. False: it is paused by the user without
  /// an end, and still is.
  bool pause(std::optional<Instant> until);
  /// The user ends all pauses but the driver's: one of the timetable until that has something else.
  /// False: there was none.
  bool resume(const Now& now);
  /// The driver pauses this node, or lets it go on as far as the others do.
  void set_paused_by_driver(bool is_paused) { paused_by_driver_ = is_paused; }

  [[nodiscard]] State at(const Now& now) const;

 private:
  struct UserPause {
    std::optional<Instant> until;
  };
  /// Without the driver.
  [[nodiscard]] State at_of_itself(const Now& now) const;
  [[nodiscard]] bool is_over(const UserPause& pause, const Now& now) const {
    return pause.until && *pause.until <= now.steady;
  }

  RatePlan plan_;
  UtcOffset offset_at_;
  std::optional<UserPause> user_;
  bool paused_by_driver_ = false;
  std::optional<WallTime> resumed_until_;  // of the timetable's pause that the user has ended
};

/// What a timetable allows now, in words of its own: `512K until 18:00`, `pause until 08:00`.
[[nodiscard]] std::string holds_text(const RunPace::State& state, WallTime now);
/// `paused until 18:00`, `paused`, `paused by the fleet's driver`. REQUIRES: state.is_paused().
[[nodiscard]] std::string paused_text(const RunPace::State& state, WallTime now);
/// What is to be said where time alone has brought one state after the other; empty: nothing.
[[nodiscard]] std::string change_text(const RunPace::State& before, const RunPace::State& after,
                                      WallTime now, std::uint64_t in_flight);

}  // namespace fanfetch
