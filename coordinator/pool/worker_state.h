#pragma once

#include <cstdint>

#include "common/clock.h"

namespace fanfetch {

/// What the supervisor knows of one worker, and what follows from each event. Pure: events and time
/// come in, actions go out.
///
///     state \ event | beat seen | 30 ticks silent | corrupt, overdue | died           | rest over
///     --------------+-----------+-----------------+------------------+----------------+----------
///     starting      | → serving | suspect         | kill → condemned | rest → resting |
///     serving       |           | suspect         | kill → condemned | start, or rest |
///     condemned     |           |                 |                  | start, or rest |
///     resting       |           |                 |                  |                | start
///
/// One that served is replaced at once, but for the second of those that were of no use, and each
/// one after it: they have done no job, and no link was known to be at fault. It rests, longer each
/// time, counted from its start.
///
/// A suspect is killed and condemned, unless it waits for a disk: then its 30 ticks begin again.
/// There is no such excuse for corrupt words or an overdue job. One that dies before its first beat
/// is probably broken for good: it rests, longer each time, counted from its start; one that was
/// silent for 30 ticks has rested enough. So does one that could not be started at all.
class WorkerState {
 public:
  enum class State : std::uint8_t { starting, serving, condemned, resting };
  enum class Action : std::uint8_t {
    none,
    suspect,  ///< Find out whether it waits for a disk, and call on_suspected().
    kill,
    start,
  };

  /// The caller ticks this often.
  static constexpr Duration kTick = std::chrono::seconds(1);
  /// Ticks without a heartbeat until a worker counts as hung. They are the coordinator's own: a
  /// frozen machine, Ctrl-Z or a stalled disk stops both, and kills nobody.
  static constexpr unsigned kHungTicks = 30;
  /// Deaths before the first beat, in a row, until the program itself must be at fault.
  static constexpr unsigned kHopelessStarts = 5;

  /// Once a kTick. `heartbeat`: the worker's counter; 0 until it is ready.
  [[nodiscard]] Action on_tick(Instant now, std::uint64_t heartbeat);
  /// It has posted something: so that its first beat is seen without waiting for a tick.
  void on_posted(std::uint64_t heartbeat);
  /// The answer to Action::suspect.
  [[nodiscard]] Action on_suspected(bool waits_for_disk);
  /// It wrote what no sound worker writes.
  [[nodiscard]] Action on_corrupt() { return condemn(); }
  /// It beats, but holds a job for longer than it may.
  [[nodiscard]] Action on_overdue() { return condemn(); }
  /// It was of use: it has done a job, or found out which link kills workers.
  void on_use() { useless_deaths_ = 0, of_use_ = true; }
  /// waitid has confirmed its death; `heartbeat` is its counter's last value. One that was seen to
  /// beat has served, whatever it may have written there since.
  [[nodiscard]] Action on_death(Instant now, std::uint64_t heartbeat);
  /// A process was started.
  void on_started(Instant now);
  /// No process could be started: the machine is short of something. Says nothing of the program.
  void on_start_failed(Instant now);

  [[nodiscard]] State state() const { return state_; }
  /// Its process has beaten, as far as was seen.
  [[nodiscard]] bool has_served() const { return served_; }
  /// It had beaten at the last tick.
  [[nodiscard]] bool beats() const { return state_ == State::serving && silent_ticks_ == 0; }
  /// It keeps dying before its first beat.
  [[nodiscard]] bool hopeless() const { return early_deaths_ >= kHopelessStarts; }
  /// When a resting worker is to be started: on_tick() says so then.
  [[nodiscard]] Instant rest_until() const { return rest_until_; }

 private:
  [[nodiscard]] Action condemn();
  /// Whether it has beaten since the last call.
  bool see(std::uint64_t heartbeat);
  void rest(Instant since, unsigned earlier, Duration longest);

  State state_ = State::starting;
  std::uint64_t last_heartbeat_ = 0;
  unsigned silent_ticks_ = 0;
  Instant last_tick_{};
  Instant started_{};
  unsigned early_deaths_ = 0;    // in a row
  unsigned rests_ = 0;           // in a row
  unsigned useless_deaths_ = 0;  // in a row
  bool served_ = false;          // since its start, like the next one
  bool of_use_ = false;
  Instant rest_until_{};
};

}  // namespace fanfetch
