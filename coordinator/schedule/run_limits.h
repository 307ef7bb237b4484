#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/clock.h"

namespace fanfetch {

/// Why a run that could go on ends all the same.
enum class EndReason : std::uint8_t { duration, transfer, min_free, stop_command };

/// What a run may use up; 0 of each: as much as there is. All may change in mid-run.
struct RunLimits {
  std::chrono::milliseconds max_duration{0};  ///< Since the program was launched.
  std::uint64_t max_transfer = 0;             ///< Bytes that the run receives.
  std::uint64_t min_free = 0;                 ///< Bytes that stay free where it writes.

  [[nodiscard]] bool any() const { return *this != RunLimits(); }
  bool operator==(const RunLimits&) const = default;
};

/// What a run has used up, and what is left.
struct RunUse {
  Duration elapsed{};                 ///< Since the program was launched.
  std::uint64_t received = 0;         ///< Bytes of bodies.
  std::optional<std::uint64_t> free;  ///< Where it writes, in bytes; nullopt: not known.
  /// Nothing is in flight, and no link may be tried before so much time has passed. nullopt: one is
  /// or may be at any moment, as the list may have others.
  std::optional<Duration> sleeps_for;
};

/// The limit that ends the run now, the gravest one of several. A run that would sleep beyond its
/// time ends before that: nothing would come of the rest of it. Pure.
[[nodiscard]] std::optional<EndReason> limit_reached(const RunLimits& limits, const RunUse& use);

}  // namespace fanfetch
