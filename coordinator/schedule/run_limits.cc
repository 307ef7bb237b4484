#include "coordinator/schedule/run_limits.h"

namespace fanfetch {

std::optional<EndReason> limit_reached(const RunLimits& limits, const RunUse& use) {
  if (limits.min_free != 0 && use.free && *use.free < limits.min_free) return EndReason::min_free;
  if (limits.max_duration.count() != 0 &&
      use.elapsed + use.sleeps_for.value_or(Duration::zero()) >= limits.max_duration) {
    return EndReason::duration;
  }
  if (limits.max_transfer != 0 && use.received >= limits.max_transfer) return EndReason::transfer;
  return std::nullopt;
}

}  // namespace fanfetch
