#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "common/channel/layout.h"

namespace fanfetch {

/// How long a worker may hold a started job. In ticks of the pool (WorkerState::kTick, one second).
struct LeaseLimits {
  unsigned idle_ticks = 0;    ///< Without any progress; 0: no limit.
  unsigned active_ticks = 0;  ///< In one request, not paused; 0: no limit.
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
/// time does not count. Pure.
class LeaseWatch {
 public:
  LeaseWatch(std::uint32_t slots, LeaseLimits limits) : limits_(limits), slots_(slots) {}

  /// Once a tick for each slot with a started job. `generation`: differs from that of the slot's
  /// earlier jobs. True: it is held for too long.
  [[nodiscard]] bool on_tick(std::uint32_t slot, std::uint32_t generation,
                             const JobProgress& progress);

 private:
  struct Seen {
    std::uint32_t generation = 0;  // 0 before the first lease; a channel's generations begin at 1
    JobProgress progress;
    unsigned idle_ticks = 0;
    unsigned active_ticks = 0;  // of the current request
  };

  LeaseLimits limits_;
  std::vector<Seen> slots_;
};

}  // namespace fanfetch
