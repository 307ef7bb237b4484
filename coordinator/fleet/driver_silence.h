#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "common/clock.h"

namespace fanfetch {

/// What a node says of its driver, which may be gone while the node waits for it. Pure.
class DriverSilence {
 public:
  /// While it is silent, that is said so often.
  static constexpr std::chrono::seconds kAgainAfter{60};

  /// `quiet`: see driver_quiet(). Returns what is to be said now; empty: nothing.
  [[nodiscard]] std::string on_look(std::optional<std::chrono::milliseconds> quiet, Instant now);

 private:
  std::optional<Instant> next_word_;  // set: it is silent
};

}  // namespace fanfetch
