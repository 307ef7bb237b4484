#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/channel/layout.h"
#include "coordinator/pool/worker_state.h"

namespace fanfetch {

/// How long a worker may hold a started job. In ticks of the pool (WorkerState::kTick, one second).
struct LeaseLimits {
  unsigned idle_ticks = 0;    ///< Without any progress; 0: no limit.
  unsigned active_ticks = 0;  ///< In one request, not paused; 0: no limit.
  /// Transfers may be held back: a limit of bytes is set.
  bool may_hold = true;
};

/// Limits that only a worker exceeds which does not obey its own time-outs: kLeaseSlack is added to
/// them. 0 is "no limit", as in a job. A transfer may be idle for as long as it connects and then
/// stalls, so with either of these time-outs 0 there is no idle limit.
[[nodiscard]] LeaseLimits lease_limits(std::chrono::milliseconds connect_timeout,
                                       std::chrono::seconds stall_timeout,
                                       std::chrono::milliseconds timeout);
inline constexpr std::chrono::seconds kLeaseSlack{30};

/// Finds jobs that a worker holds for too long though it beats. Counts the pool's own ticks, so
/// that a stopped or frozen machine makes no job late; a tick in which the job was paused at any
/// time does not count. A captured worker says what it likes: that it makes ever more requests, or
/// that it waits for a turn where there are none, is no excuse; with --limit-rate, that it is held
/// back is believed. Pure.
class LeaseWatch {
 public:
  /// A sound worker takes a job from its queue within a turn of its loop. As long as it may be
  /// silent before it counts as hung.
  static constexpr unsigned kQueuedTicks = WorkerState::kHungTicks;

  /// Old parts are checked before the first request, one after the other: a day is enough for the
  /// largest ones on a slow disk.
  static constexpr unsigned kLongestCheck = 24 * 3600;

  LeaseWatch(std::uint32_t slots, LeaseLimits limits) : limits_(limits), slots_(slots) {}

  /// From now on a transfer may be held back (LeaseLimits::may_hold).
  void believe_holds(bool believe) { limits_.may_hold = believe; }

  /// Once a tick for each slot with a started job. `generation`: differs from that of the slot's
  /// earlier jobs. True: it is held for too long.
  [[nodiscard]] bool on_tick(std::uint32_t slot, std::uint32_t generation,
                             const JobProgress& progress);
  /// Once a tick of a worker that beats, for each slot whose job it says it has not started. True:
  /// it never will, or it had.
  [[nodiscard]] bool on_queued_tick(std::uint32_t slot, std::uint32_t generation);

 private:
  struct Seen {
    std::uint32_t generation = 0;  // 0 before the first lease; a channel's generations begin at 1
    JobProgress progress;          // with the most requests that it has said
    unsigned idle_ticks = 0;
    unsigned active_ticks = 0;  // of the current request
    unsigned queued_ticks = 0;
    unsigned waiting_ticks = 0;  // before its first request
    bool started = false;
  };

  LeaseLimits limits_;
  std::vector<Seen> slots_;
};

}  // namespace fanfetch
