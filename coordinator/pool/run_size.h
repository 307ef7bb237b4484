#pragma once

#include <cstdint>
#include <optional>

namespace fanfetch {

/// How much a run does at once.
struct RunSize {
  unsigned workers = 1;
  unsigned jobs = 1;  ///< Of all workers together, at least one each.

  bool operator==(const RunSize&) const = default;
};

/// The most of `wanted` that each of a run's processes can do with `limit` open descriptors, so
/// that no transfer fails for want of one. nullopt: not even one transfer in one worker. Pure.
[[nodiscard]] std::optional<RunSize> fit_descriptors(RunSize wanted, std::uint64_t limit);

/// The least `limit` for which that is not nullopt.
[[nodiscard]] std::uint64_t least_descriptors();

}  // namespace fanfetch
