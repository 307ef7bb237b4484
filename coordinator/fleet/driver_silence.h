#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/clock.h"
#include "coordinator/fleet/fleet_job.h"

namespace fanfetch {

/// What a node says of its driver, which may be gone while the node waits for it. Pure.
class DriverSilence {
 public:
  /// While it is silent, that is said so often.
  static constexpr std::chrono::seconds kAgainAfter{60};

  /// The line to Redis works, for the first time or again. Where Redis itself was away, the driver
  /// could give no sign of life: it gets the time to do so.
  void on_up(Instant now) { heeds_from_ = now + kDriverSilentAfter; }
  /// `quiet`: see driver_quiet(); nullopt: nothing is known, and nothing changes. Returns what is
  /// to be said now; empty: nothing.
  [[nodiscard]] std::string on_look(std::optional<std::chrono::milliseconds> quiet, Instant now);

 private:
  Instant heeds_from_{};
  std::optional<Instant> next_word_;  // set: it is silent
};

}  // namespace fanfetch
