#include "coordinator/dispatch/pool_workers.h"

#include <cstddef>
#include <span>
#include <utility>

#include "common/channel/layout.h"

namespace fanfetch {
namespace {

Error too_large() {
  return Error{fmt::format("its URL and headers do not fit into {} bytes", kPayloadBytes)};
}

}  // namespace

Connection connection_after(const Outcome& outcome) {
  if (std::holds_alternative<GivenUp>(outcome)) return Connection::closed;
  const auto* failed = std::get_if<Failed>(&outcome);
  const bool usable = failed == nullptr || failed->error == ErrorClass::http_4xx ||
                      failed->error == ErrorClass::http_5xx ||
                      failed->error == ErrorClass::rate_limited;
  return usable ? Connection::usable : Connection::closed;
}

PoolWorkers::PoolWorkers(EventLoop& loop, WorkerProgram program, const PoolSettings& settings,
                         std::deque<StartedWorker> first, WorkerEvents events)
    : on_completion_(std::move(events.on_completion)),
      gives_up_(events.stop_by != nullptr),
      pool_(loop, std::move(program), settings, std::move(first),
            {.on_result = [this](TaskId task, unsigned worker,
                                 std::span<const std::byte> result) -> PoolEvents::Receipt {
               auto report = decode_report(result);
               if (!report) return {.integrity = Integrity::corrupt};
               // Nobody has said when: each time it would be asked for again at once.
               if (std::holds_alternative<GivenUp>(report->outcome) && !gives_up_) {
                 return {.integrity = Integrity::corrupt};
               }
               const Connection connection = connection_after(report->outcome);
               const bool kept = connection == Connection::usable;
               on_completion_(task, std::move(*report),
                              kept ? std::optional(worker) : std::nullopt);
               return {.connection = connection};
             },
             .on_lost = std::move(events.on_lost),
             .stop_by = std::move(events.stop_by),
             .on_message = std::move(events.on_message),
             .on_protections = std::move(events.on_protections),
             .on_hopeless = std::move(events.on_hopeless)}) {}

Result<> PoolWorkers::submit(const Job& job, TaskId task, const std::string& host) {
  const Encoder encoder = [&job](std::span<std::byte> buffer) { return encode(job, buffer); };
  if (!pool_.submit(encoder, task, host_key(host))) return tl::unexpected(too_large());
  return {};
}

Result<bool> PoolWorkers::submit_alone(const Job& job, TaskId task, const std::string& host) {
  const Encoder encoder = [&job](std::span<std::byte> buffer) { return encode(job, buffer); };
  switch (pool_.submit_alone(encoder, task, host_key(host))) {
    case WorkerPool::Submitted::yes: return true;
    case WorkerPool::Submitted::no_worker_free: return false;
    case WorkerPool::Submitted::too_large: break;
  }
  return tl::unexpected(too_large());
}

}  // namespace fanfetch
