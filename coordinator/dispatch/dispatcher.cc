#include "coordinator/dispatch/dispatcher.h"

#include <chrono>
#include <random>

#include "coordinator/dispatch/placeholders.h"

namespace fanfetch {

Dispatcher::Dispatcher(DispatchRules rules, Workers& workers, Routes& routes, Timers& timers,
                       Events events)
    : jobs_(std::move(rules.jobs)),
      workers_(workers),
      routes_(routes),
      timers_(timers),
      events_(std::move(events)),
      scheduler_(rules.hosts, std::random_device{}()) {}

void Dispatcher::add(Link link) {
  const TaskId id = next_task_++;
  const auto task = tasks_.try_emplace(id, std::move(link)).first;
  scheduler_.add(id, task->second.origin, task->second.link.host_limit, timers_.now());
}

// --- Out: from the scheduler to the workers ---

void Dispatcher::dispatch() {
  dispatch_alone();
  while (workers_.has_room() && !events_.held_back()) {
    if (!arrived_.empty()) {
      auto [id, route] = std::move(arrived_.front());
      arrived_.pop_front();
      go(id, std::move(route));
      continue;
    }
    if (!takes_turns()) break;
    const auto id = scheduler_.next(
        timers_.now(), [this](const std::string& host) { return workers_.fits(host); });
    if (!id) break;
    begin(*id);
  }
  hand_out_given_up();
  arm_due_timer();
}

void Dispatcher::hand_out_given_up() {
  while (!events_.held_back()) {
    const auto given_up = scheduler_.next_given_up();
    if (!given_up) return;
    events_.on_given_up(given_up->task, *given_up->failed);
  }
}

void Dispatcher::dispatch_alone() {
  while (!waiting_alone_.empty()) {
    const auto& [id, job] = waiting_alone_.front();
    auto submitted = workers_.submit_alone(job, id, tasks_.at(id).origin);
    if (submitted && !*submitted) break;  // no worker is free: one will be
    if (!submitted) refuse_as_too_long(id, submitted.error());
    waiting_alone_.pop_front();
  }
  workers_.reserve(!waiting_alone_.empty());
}

/// Another task may begin, as far as it depends on hosts that are not known yet.
bool Dispatcher::takes_turns() const { return routes_.has_room(); }

/// It is the task's turn: it goes to a worker, or waits for its host's addresses first, which takes
/// up no place in a worker.
void Dispatcher::begin(TaskId id) {
  Task& task = tasks_.at(id);
  if (const auto what = placeholder(task.url)) {
    return fail(id, Failed{.error = ErrorClass::placeholder,
                           .message = fmt::format("{} is {}", task.url.text, *what)});
  }
  if (task.started_at == WallTime{}) {
    task.started_at = std::chrono::system_clock::now();
    task.started = timers_.now();
  }
  if (task.hops == 0) ++task.attempts;
  if (auto route = routes_.find(task.url, timers_.now())) return go(id, std::move(*route));
  routes_.ask(task.url, [this, id](Routes::Found route) {
    if (!cleared_) arrived_.emplace_back(id, std::move(route));
  });
}

/// Every job comes from here, and needs a route, so none gets around the policy.
void Dispatcher::go(TaskId id, Routes::Found route) {
  if (!route) return fail(id, std::move(route.error()));
  const Task& task = tasks_.at(id);
  const bool alone = task.alone;
  Job job = jobs_.make(task.link, task.url, std::move(*route));
  if (task.attempts > 1) job.http2 = Http2::no;  // it may be what went wrong
  if (alone) {
    waiting_alone_.push_back({id, std::move(job)});
    dispatch_alone();
  } else if (auto submitted = workers_.submit(job, id, task.origin); !submitted) {
    refuse_as_too_long(id, submitted.error());
  }
}

void Dispatcher::refuse_as_too_long(TaskId id, const Error& error) {
  fail(id, Failed{.error = ErrorClass::bad_url, .message = error.message});
}

/// Without a request; that its name cannot be resolved tells something of the host all the same.
void Dispatcher::fail(TaskId id, Failed failed) {
  answered(id, host_feedback(failed, std::chrono::system_clock::now()));
  events_.on_failed(id, std::move(failed));
}

void Dispatcher::arm_due_timer() {
  if (due_timer_) timers_.cancel(*std::exchange(due_timer_, std::nullopt));
  // A task that is due while there is no room stays in the heap: its timer would fire for ever.
  // What makes room is an event too.
  if (!workers_.has_room() || events_.held_back() || !takes_turns()) return;
  if (const auto due = scheduler_.next_due()) {
    due_timer_ = timers_.call_at(*due, [this] { due_timer_.reset(); });
  }
}

// --- Back ---

void Dispatcher::answered(TaskId id, const HostFeedback& answer) {
  scheduler_.finished(id, answer, timers_.now());
}

void Dispatcher::again(TaskId id, Url url) {
  Task& task = tasks_.at(id);
  task.ask_for(std::move(url));
  scheduler_.add(id, task.origin, task.link.host_limit, timers_.now());
}

void Dispatcher::start_over(TaskId id, Instant when) {
  Task& task = tasks_.at(id);
  task.start_over();
  scheduler_.add_later(id, task.origin, task.link.host_limit, when, timers_.now());
}

Task Dispatcher::take_out(TaskId id) { return std::move(tasks_.extract(id).mapped()); }

void Dispatcher::clear() {
  scheduler_.clear(timers_.now());
  waiting_alone_.clear();
  arrived_.clear();
  cleared_ = true;
}

}  // namespace fanfetch
