#include "coordinator/pool/first_workers.h"

#include <utility>

namespace fanfetch {

Result<StartedWorker> start_worker(const WorkerProgram& program, const PoolSettings& settings,
                                   unsigned index) {
  // With a limit, the pool says how much of it each worker has.
  const std::uint64_t byte_rate = settings.byte_limit > 0 ? 0 : kNoByteRate;
  auto channel = CoordinatorChannel::create(settings.share(index), byte_rate);
  if (!channel) return tl::unexpected(channel.error());
  auto process = WorkerProcess::start(program, *channel);
  if (!process) return tl::unexpected(process.error());
  return StartedWorker{std::move(*channel), std::move(*process), program.sandbox};
}

std::deque<StartedWorker> start_first_workers(const WorkerProgram& program,
                                              const PoolSettings& settings) {
  std::deque<StartedWorker> started;
  for (unsigned index = 0; index < settings.workers; ++index) {
    auto worker = start_worker(program, settings, index);
    if (!worker) break;
    started.push_back(std::move(*worker));
  }
  return started;
}

}  // namespace fanfetch
