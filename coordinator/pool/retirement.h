#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace fanfetch {

/// What one process has done, and takes.
struct WorkerUse {
  std::uint64_t jobs = 0;    ///< That it is done with.
  std::uint64_t memory = 0;  ///< Bytes that are resident now; 0: unknown.
};

/// This many requests are enough for one process: whatever little each of them leaves behind, in a
/// library of others too, ends with it.
inline constexpr std::uint64_t kMostJobsOfAWorker = 10'000'000;

/// Why a worker is to get no new job, and to be replaced when those that it has end; nullopt: it
/// goes on. `most_memory`: bytes, 0 is no limit. Pure.
[[nodiscard]] std::optional<std::string> why_to_retire(const WorkerUse& use,
                                                       std::uint64_t most_memory);

/// Bytes of memory that are resident in a process; 0: it cannot be seen.
[[nodiscard]] std::uint64_t resident_memory(int pid);

}  // namespace fanfetch
