#include "coordinator/dispatch/pool_workers.h"

#include <utility>

namespace fanfetch {

PoolWorkers::PoolWorkers(EventLoop& loop, WorkerProgram program, unsigned workers, unsigned jobs,
                         WorkerEvents events)
    : pool_(loop, std::move(program), workers, jobs,
            {.on_completion = std::move(events.on_completion),
             .on_lost = std::move(events.on_lost),
             .on_message = std::move(events.on_message),
             .on_hopeless = std::move(events.on_hopeless)}) {}

Result<> PoolWorkers::submit(const Job& job, TaskId task, const std::string& host) {
  return pool_.submit(job, task, host);
}

Result<bool> PoolWorkers::submit_alone(const Job& job, TaskId task, const std::string& host) {
  return pool_.submit_alone(job, task, host);
}

}  // namespace fanfetch
