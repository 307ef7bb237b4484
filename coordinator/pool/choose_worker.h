#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "coordinator/link/placement.h"

namespace fanfetch {

/// What decides whether a worker gets the next job.
struct WorkerLoad {
  std::size_t leases = 0;
  std::uint32_t share = 0;  ///< Leases that it may have.
  bool takes_jobs = false;  ///< It runs, and is not kept for a job that runs alone.
  bool has_warm = false;    ///< It should have an idle connection to the job's host.

  [[nodiscard]] bool has_room() const { return takes_jobs && leases < share; }
};

/// The worker for the next job: the least loaded one, or one with a warm connection that is hardly
/// busier. nullopt: none has room. Pure.
[[nodiscard]] std::optional<std::size_t> choose_worker(std::span<const WorkerLoad> workers);

/// Of a job, with a worker that has a warm connection for it. `least`: the leases of the least
/// loaded worker that has room. Pure.
[[nodiscard]] Placement placement_of(const WorkerLoad& load, std::size_t least);

}  // namespace fanfetch
