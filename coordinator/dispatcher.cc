#include "coordinator/dispatcher.h"

#include <chrono>

#include "coordinator/net/address_policy.h"

namespace fanfetch {

Dispatcher::Dispatcher(const Options& options, EventLoop& loop, WorkerPool& pool, Events events)
    : options_(options),
      loop_(loop),
      pool_(pool),
      events_(std::move(events)),
      jobs_(options),
      scheduler_(options.per_host) {}

void Dispatcher::add(Link link) {
  const TaskId id = next_task_++;
  const auto task = tasks_.try_emplace(id, std::move(link)).first;
  scheduler_.add(id, task->second.origin);
}

// --- Out: from the scheduler to the workers ---

void Dispatcher::dispatch() {
  dispatch_alone();
  while (pool_.has_room() && !events_.held_back()) {
    const auto id = scheduler_.next(loop_.now());
    if (!id) break;
    auto job = prepare(*id);
    if (!job) continue;
    if (tasks_.at(*id).alone) {
      waiting_alone_.push_back({*id, std::move(*job)});
      dispatch_alone();
    } else if (auto submitted = pool_.submit(*job, *id); !submitted) {
      refuse_as_too_long(*id, submitted.error());
    }
  }
  arm_due_timer();
}

void Dispatcher::dispatch_alone() {
  while (!waiting_alone_.empty()) {
    const auto& [id, job] = waiting_alone_.front();
    auto submitted = pool_.submit_alone(job, id);
    if (submitted && !*submitted) break;  // no worker is free: one will be
    if (!submitted) refuse_as_too_long(id, submitted.error());
    waiting_alone_.pop_front();
  }
  pool_.reserve(!waiting_alone_.empty());
}

/// Every job comes from here, so that none gets around the policy. None: it has failed.
std::optional<Job> Dispatcher::prepare(TaskId id) {
  Task& task = tasks_.at(id);
  if (auto address = refused_literal(task.url, options_.private_addresses)) {
    events_.on_failed(id, Failed{.error = ErrorClass::refused,
                                 .message = *address + " is a private or reserved address",
                                 .refused_address = *address});
    return std::nullopt;
  }
  if (task.started_at == WallTime{}) {
    task.started_at = std::chrono::system_clock::now();
    task.started = loop_.now();
  }
  if (task.hops == 0) ++task.attempts;
  Job job = jobs_.make(task.link, task.url);
  if (task.attempts > 1) job.http2 = Http2::no;  // it may be what went wrong
  return job;
}

void Dispatcher::refuse_as_too_long(TaskId id, const Error& error) {
  events_.on_failed(id, Failed{.error = ErrorClass::bad_url, .message = error.message});
}

void Dispatcher::arm_due_timer() {
  if (due_timer_) loop_.cancel(*std::exchange(due_timer_, std::nullopt));
  // A task that is due while there is no room stays in the heap: its timer would fire for ever.
  // What makes room is an event too.
  if (!pool_.has_room() || events_.held_back()) return;
  if (const auto due = scheduler_.next_due()) {
    due_timer_ = loop_.call_at(*due, [this] { due_timer_.reset(); });
  }
}

// --- Back ---

void Dispatcher::again(TaskId id, Url url) {
  Task& task = tasks_.at(id);
  scheduler_.finished(task.origin);
  task.ask_for(std::move(url));
  scheduler_.add(id, task.origin);
}

void Dispatcher::start_over(TaskId id, Instant when) {
  Task& task = tasks_.at(id);
  scheduler_.finished(task.origin);
  task.start_over();
  scheduler_.add_later(id, task.origin, when);
}

Task Dispatcher::take_out(TaskId id) {
  auto node = tasks_.extract(id);
  scheduler_.finished(node.mapped().origin);
  return std::move(node.mapped());
}

void Dispatcher::clear() {
  scheduler_.clear();
  waiting_alone_.clear();
}

}  // namespace fanfetch
