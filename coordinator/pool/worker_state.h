#pragma once

#include <cstdint>
#include <string_view>

#include "common/clock.h"

namespace fanfetch {

/// What the supervisor knows of one worker, and what follows from each event. Pure: events and time
/// come in, actions go out.
///
///     state \ event | beat seen  | 30 ticks without | corrupt words | died               | due
///     --------------+------------+------------------+---------------+--------------------+-------
///     starting      | → serving  | kill → condemned | kill          | rest → resting     |
///     serving       |            | kill → condemned | kill          | start → starting   |
///     condemned     |            |                  |               | start → starting   |
///     resting       |            |                  |               |                    | start
///
/// A worker that dies before its first beat is probably broken for good: it rests longer each time.
class WorkerState {
 public:
  enum class State : std::uint8_t { starting, serving, condemned, resting };
  enum class Action : std::uint8_t { none, kill, start };

  /// The caller ticks this often.
  static constexpr Duration kTick = std::chrono::seconds(1);
  /// Ticks without a heartbeat until a worker counts as hung. They are the coordinator's own: a
  /// frozen machine, Ctrl-Z or a stalled disk stops both, and kills nobody.
  static constexpr unsigned kHungTicks = 30;
  /// Deaths before the first beat, in a row, until the program itself must be at fault.
  static constexpr unsigned kHopelessStarts = 5;

  /// Once a kTick. `heartbeat`: the worker's counter; 0 until it is ready.
  [[nodiscard]] Action on_tick(Instant now, std::uint64_t heartbeat);
  /// It wrote what no sound worker writes.
  [[nodiscard]] Action on_corrupt();
  /// waitid has confirmed its death; `heartbeat` is its counter's last value.
  [[nodiscard]] Action on_death(Instant now, std::uint64_t heartbeat);
  /// It was to be killed for its silence, but has an excuse: the count starts anew.
  void pardon();
  /// It has been started anew.
  void on_started();

  [[nodiscard]] State state() const { return state_; }
  /// It keeps dying before it gets to work.
  [[nodiscard]] bool hopeless() const { return failed_starts_ >= kHopelessStarts; }
  /// When a resting worker is to be started: on_tick() says so then.
  [[nodiscard]] Instant rest_until() const { return rest_until_; }

 private:
  State state_ = State::starting;
  std::uint64_t last_heartbeat_ = 0;
  unsigned silent_ticks_ = 0;
  Instant last_tick_{};
  unsigned failed_starts_ = 0;
  Instant rest_until_{};
};

}  // namespace fanfetch
