#pragma once

#include <cstdint>
#include <deque>

#include "common/result.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/lease_watch.h"
#include "coordinator/pool/worker_process.h"

namespace fanfetch {

struct PoolSettings {
  unsigned workers = 1;
  unsigned jobs = 1;                ///< In parallel, shared out over the workers.
  std::uint64_t byte_limit = 0;     ///< Body bytes a second of all workers together; 0: no limit.
  std::uint64_t worker_memory = 0;  ///< Bytes of one worker; 0: no limit.
  LeaseLimits lease_limits;
  /// Protections without which no worker may run; where any may, the sandbox is lowered on a
  /// machine on which it does not work.
  Protections required = 0;

  /// Of the jobs: what the worker of that index runs in parallel.
  [[nodiscard]] std::uint32_t share(unsigned index) const {
    return jobs / workers + (index < jobs % workers ? 1 : 0);
  }
};

/// A worker that runs, and the channel to it.
struct StartedWorker {
  CoordinatorChannel channel;
  WorkerProcess process;
  SandboxLevel sandbox = SandboxLevel::full;  ///< That it was started with.
};

/// Error: as WorkerProcess::start(), or there is no memory to share.
[[nodiscard]] Result<StartedWorker> start_worker(const WorkerProgram& program,
                                                 const PoolSettings& settings, unsigned index);

/// The workers of a pool that comes later: to load its libraries takes a worker about as long as
/// the coordinator takes to open a ledger meanwhile. From the first one that cannot be started on
/// they are left to the pool, which says why. Killed when this goes.
[[nodiscard]] std::deque<StartedWorker> start_first_workers(const WorkerProgram& program,
                                                            const PoolSettings& settings);

}  // namespace fanfetch
