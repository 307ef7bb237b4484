#include "coordinator/pool/lease_watch.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "common/job.h"

namespace fanfetch {
namespace {

unsigned ticks(std::chrono::milliseconds time) {
  const std::int64_t seconds = std::chrono::ceil<std::chrono::seconds>(time).count();
  return static_cast<unsigned>(
      std::min<std::int64_t>(seconds, std::numeric_limits<unsigned>::max()));
}

}  // namespace

LeaseLimits lease_limits(std::chrono::milliseconds connect_timeout,
                         std::chrono::seconds stall_timeout, std::chrono::milliseconds timeout) {
  LeaseLimits limits;
  if (connect_timeout.count() > 0 && stall_timeout.count() > 0) {
    limits.idle_ticks = ticks(connect_timeout + stall_timeout + kLeaseSlack);
  }
  if (timeout.count() > 0) limits.active_ticks = ticks(timeout + kLeaseSlack);
  return limits;
}

bool LeaseWatch::on_tick(std::uint32_t slot, std::uint32_t generation,
                         const JobProgress& progress) {
  if (progress.requests > kMaxJobRequests) return true;
  Seen& seen = slots_[slot];
  const bool is_new = generation != seen.generation || !seen.started;
  if (is_new || progress.requests > seen.progress.requests) {
    seen = {.generation = generation, .progress = progress, .started = true};
    return false;
  }
  const std::uint8_t requests = seen.progress.requests;
  const JobProgress before = std::exchange(seen.progress, progress);
  seen.progress.requests = requests;
  // Without a limit, only the check of an old part is waited for, before the first request.
  const bool may_wait = limits_.may_hold || requests == 0;
  if (may_wait && (progress.paused || progress.holds != before.holds)) {
    return requests == 0 && ++seen.waiting_ticks >= kLongestCheck;
  }
  ++seen.active_ticks;
  seen.idle_ticks = progress == before ? seen.idle_ticks + 1 : 0;
  return (limits_.idle_ticks > 0 && seen.idle_ticks >= limits_.idle_ticks) ||
         (limits_.active_ticks > 0 && seen.active_ticks >= limits_.active_ticks);
}

bool LeaseWatch::on_queued_tick(std::uint32_t slot, std::uint32_t generation) {
  Seen& seen = slots_[slot];
  if (generation != seen.generation) seen = {.generation = generation};
  return seen.started || ++seen.queued_ticks > kQueuedTicks;
}

}  // namespace fanfetch
