#include "coordinator/dispatch/dispatcher.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "coordinator/dispatch/placeholders.h"

namespace fanfetch {
namespace {

Outcome skipped_host() {
  return Skipped{.reason = ErrorClass::filtered,
                 .message = "its host is skipped: --host-limit, or fanfetch set",
                 .duplicate_of = std::nullopt,
                 .response = {}};
}

/// Body bytes of an attempt that are of no use.
std::uint64_t wasted(const JobReport& report) {
  const bool has_part = std::holds_alternative<GivenUp>(report.outcome);
  if (has_part || std::holds_alternative<Saved>(report.outcome)) return 0;
  const auto* failed = std::get_if<Failed>(&report.outcome);
  return report.bytes - (failed == nullptr ? 0 : std::min(report.bytes, failed->secured));
}

}  // namespace

Dispatcher::Dispatcher(DispatchRules rules, Workers& workers, Routes& routes, Timers& timers,
                       Events events, std::uint64_t seed)
    : jobs_(std::move(rules.jobs)),
      retry_rules_(rules.retries),
      workers_(workers),
      routes_(routes),
      timers_(timers),
      events_(std::move(events)),
      dice_(seed),
      scheduler_(std::move(rules.hosts), dice_()) {}

void Dispatcher::add(Link link) {
  const TaskId id = next_task_++;
  scheduler_.add(id, link.url.origin(), link.host_limit, timers_.now(), link.piece);
  waiting_.try_emplace(id, std::move(link), timers_.now());
}

void Dispatcher::cut_off() {
  phase_ = RunPhase::cut_off;
  scheduler_.clear(timers_.now());
  waiting_alone_.clear();
  arrived_.clear();
}

// --- Out: from the scheduler to the workers ---

void Dispatcher::dispatch() {
  if (!paused_since_) begin_what_may();
  hand_out_given_up();
  arm_due_timer();
}

void Dispatcher::begin_what_may() {
  dispatch_alone();
  while (workers_.has_room() && !events_.held_back()) {
    if (!arrived_.empty()) {
      auto [id, route] = std::move(arrived_.front());
      arrived_.pop_front();
      go(id, std::move(route));
      continue;
    }
    if (!routes_.has_room()) break;
    const auto id = scheduler_.next(timers_.now(), workers_.placements());
    if (!id) break;
    begin(*id);
  }
}

/// Tasks whose host was given up, or is to be skipped, end without a request of their own.
void Dispatcher::hand_out_given_up() {
  while (!events_.held_back()) {
    const auto given_up = scheduler_.next_given_up();
    if (!given_up) return;
    finish(wake(given_up->task), given_up->failed ? Outcome(*given_up->failed) : skipped_host());
  }
}

void Dispatcher::dispatch_alone() {
  while (!waiting_alone_.empty() && !events_.held_back()) {
    const auto& [id, job] = waiting_alone_.front();
    const auto submitted = workers_.submit_alone(job, id, tasks_.at(id).origin);
    if (submitted && !*submitted) break;  // no worker is free: one will be
    const TaskId task = id;
    waiting_alone_.pop_front();
    if (!submitted) refuse_as_too_long(task, submitted.error());
  }
  workers_.reserve(!waiting_alone_.empty());
}

/// Takes a task from those that wait.
Task Dispatcher::wake(TaskId id) { return std::move(waiting_.extract(id).mapped()).wake(); }

/// It is the task's turn: it goes to a worker, or waits for its host's addresses first, which takes
/// up no slot of a worker.
void Dispatcher::begin(TaskId id) {
  Task& task = tasks_.try_emplace(id, wake(id)).first->second;
  if (events_.guard != nullptr && !events_.guard->may_begin(task.link)) {
    return hand_over(id);
  }
  if (const auto what = placeholder(task.url())) {
    return on_completion(id,
                         {Failed{.error = ErrorClass::placeholder,
                                 .message = fmt::format("{} is {}", task.url().request, *what)}});
  }
  if (task.started_at == WallTime{}) task.started_at = timers_.wall_now();
  task.times.begin(timers_.now(), task.tries.hops == 0);
  if (task.tries.hops == 0) ++task.tries.attempts;
  if (auto route = routes_.find(task.url(), timers_.now())) return go(id, std::move(*route));
  routes_.ask(task.url(), [this, id](Routes::Found route) {
    if (phase_ != RunPhase::running) return;
    tasks_.at(id).times.resolved(timers_.now());
    arrived_.emplace_back(id, std::move(route));
  });
}

/// Another node may have its host by now.
void Dispatcher::hand_over(TaskId id) {
  scheduler_.finished(id, {}, std::nullopt, timers_.now());
  FinishedLink finished = finished_link(std::move(tasks_.extract(id).mapped()), Skipped());
  finished.handed_over = true;
  events_.on_finished(std::move(finished));
}

void Dispatcher::came_back(const Task& task) {
  if (events_.guard != nullptr) events_.guard->on_back(task.link);
}

/// Every job comes from here, and needs a route, so none gets around the address policy.
void Dispatcher::go(TaskId id, Routes::Found route) {
  if (!route) return on_completion(id, {std::move(route.error())});
  Task& task = tasks_.at(id);
  Job job = jobs_.make(task.link, task.url(), std::move(*route), task.was_encrypted);
  job.hop_extensions = task.hop_extensions;
  job.unproved = task.tries.unproved;
  if (std::exchange(task.may_have_part, true)) job.earlier_part = EarlierPart::possible;
  if (task.tries.attempts > 1) job.http2 = Http2::no;  // HTTP/2 may be what went wrong
  if (task.tries.alone) {
    waiting_alone_.emplace_back(id, std::move(job));
    dispatch_alone();
  } else if (const auto submitted = workers_.submit(job, id, task.origin); !submitted) {
    refuse_as_too_long(id, submitted.error());
  }
}

void Dispatcher::refuse_as_too_long(TaskId id, const Error& error) {
  on_completion(id, {Failed{.error = ErrorClass::bad_url, .message = error.message}});
}

std::optional<Instant> Dispatcher::sleeps_until() const {
  if (!tasks_.empty() || scheduler_.has_turn()) return std::nullopt;
  return scheduler_.next_due();
}

void Dispatcher::arm_due_timer() {
  if (due_timer_) timers_.cancel(*std::exchange(due_timer_, std::nullopt));
  // A task that is due while there is no room stays in the heap: its timer would fire for ever.
  // What makes room is an event too.
  if (paused_since_ || !workers_.has_room() || events_.held_back() || !routes_.has_room()) return;
  if (const auto due = scheduler_.next_due()) {
    due_timer_ = timers_.call_at(*due, [this] { due_timer_.reset(); });
  }
}

// --- Back: what follows ---

/// Also for a task that had its turn, but for which no request could be made.
void Dispatcher::on_completion(TaskId id, JobReport report, std::optional<unsigned> connected) {
  const WallTime wall_now = timers_.wall_now();
  HostFeedback feedback = host_feedback(report.outcome, wall_now);
  if (report.requests > 1) feedback.repeats = report.requests - 1;
  scheduler_.finished(id, feedback, connected, timers_.now());
  Task task = std::move(tasks_.extract(id).mapped());
  came_back(task);
  task.times.end(timers_.now(), report.timings);
  task.requests += report.requests;
  wasted_bytes_ += wasted(report);
  NextStep step = next_step(task, std::move(report.outcome), retry_rules_, phase_, wall_now, dice_);
  take_step(id, std::move(task), std::move(step));
}

void Dispatcher::on_lost(TaskId id, Blame blame) {
  HostFeedback feedback;
  // A dead worker does not say how many requests it has sent: it may have been all that it could.
  if (blame != Blame::none) feedback.repeats = kMaxJobRequests - 1;
  scheduler_.finished(id, feedback, std::nullopt, timers_.now());
  Task task = std::move(tasks_.extract(id).mapped());
  came_back(task);
  task.times.end(timers_.now(), {});
  NextStep step = next_step_after_death(task, blame, phase_);
  take_step(id, std::move(task), std::move(step));
}

void Dispatcher::take_step(TaskId id, Task task, NextStep step) {
  task.tries = step.tries;
  if (auto* settle = std::get_if<Settle>(&step.action)) {
    finish(std::move(task), std::move(settle->outcome));
  } else if (auto* follow = std::get_if<Follow>(&step.action)) {
    schedule_follow(id, std::move(task), std::move(*follow));
  } else if (const auto* again = std::get_if<TryAgain>(&step.action)) {
    schedule_retry(id, std::move(task), *again);
  } else {  // Abandon
    ++abandoned_;
  }
}

void Dispatcher::schedule_follow(TaskId id, Task task, Follow follow) {
  task.follow(std::move(follow.url));
  scheduler_.add(id, task.origin, task.link.host_limit, timers_.now(), task.piece());
  waiting_.try_emplace(id, std::move(task));
}

void Dispatcher::schedule_retry(TaskId id, Task task, const TryAgain& again) {
  if (again.failed) events_.on_try_again(task, *again.failed, again.delay);
  task.start_over();
  scheduler_.add_later(id, task.origin, task.link.host_limit, timers_.now() + again.delay,
                       timers_.now(), task.piece());
  waiting_.try_emplace(id, std::move(task));
}

void Dispatcher::finish(Task task, Outcome outcome) {
  events_.on_finished(finished_link(std::move(task), std::move(outcome)));
}

FinishedLink Dispatcher::finished_link(Task task, Outcome outcome) {
  task.times.end(timers_.now(), {});  // of one whose turn never came
  std::string final_url = task.url().request;
  return {.link = std::move(task.link),
          .outcome = std::move(outcome),
          .final_url = std::move(final_url),
          .attempts = task.tries.attempts,
          .started_at = task.started_at,
          .duration = task.times.worked(),
          .waited = task.times.waited(),
          .dns = task.times.dns(),
          .timings = task.times.timings(),
          .requests = task.requests};
}

}  // namespace fanfetch
