#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/dispatch/job_factory.h"
#include "coordinator/dispatch/next_step.h"
#include "coordinator/dispatch/routes.h"
#include "coordinator/dispatch/task.h"
#include "coordinator/dispatch/timers.h"
#include "coordinator/dispatch/waiting_task.h"
#include "coordinator/dispatch/workers.h"
#include "coordinator/link/finished_link.h"
#include "coordinator/link/link.h"
#include "coordinator/link/task_id.h"
#include "coordinator/schedule/scheduler.h"

namespace fanfetch {

/// What the user set for the way of a link from the scheduler to its end.
struct DispatchRules {
  JobRules jobs;
  HostRules hosts;
  RetryRules retries;
};

/// Owns the links from the reader until they are finished. Gives each one to a worker when it is
/// its turn and its route is known, takes the outcome back, does what next_step() says, and hands
/// out what is finished. Knows nothing of the ledger. Thread: the loop's.
class Dispatcher {
 public:
  /// Called from within dispatch(), on_completion() and on_lost(); must not call back into the
  /// dispatcher, except for cut_off() in answer to what on_completion() brought.
  struct Events {
    /// A link needs no further request.
    std::function<void(FinishedLink)> on_finished;
    /// An attempt failed, and another one follows after `delay`.
    std::function<void(const Task&, const Failed&, Duration delay)> on_try_again;
    /// No job may be given and nothing settled at present; asked before each.
    std::function<bool()> held_back;
  };

  /// Workers, routes and timers are lent. `seed`: of the dice for delays.
  Dispatcher(DispatchRules rules, Workers& workers, Routes& routes, Timers& timers, Events events,
             std::uint64_t seed);

  void add(Link link);
  /// Gives the workers all that they have room for, and wakes the loop again when more is due.
  void dispatch();

  // Events of the workers:
  void on_completion(TaskId id, JobReport report, std::optional<unsigned> connected = {});
  void on_lost(TaskId id, Blame blame);

  /// Nothing new begins from now on, until resume(): what is in flight finishes.
  void pause() {
    if (!paused_since_) paused_since_ = timers_.now();
  }
  /// dispatch() goes on.
  void resume() {
    if (paused_since_) scheduler_.rested(*std::exchange(paused_since_, {}), timers_.now());
  }
  /// Other rules hold from now on, for links that wait too.
  void set_host_rules(HostRules rules) { scheduler_.set_rules(std::move(rules), timers_.now()); }
  [[nodiscard]] const HostRules& host_rules() const { return scheduler_.rules(); }
  /// JobRules::limit_rate of the jobs that are made from now on.
  void set_limit_rate(std::uint64_t bytes_a_second) { jobs_.set_limit_rate(bytes_a_second); }
  /// See Scheduler::top_hosts().
  [[nodiscard]] std::vector<HostView> top_hosts(HostOrder order, std::size_t most) const {
    return scheduler_.top_hosts(order, most, timers_.now());
  }

  /// The run ends early: no task gets another request. Tasks whose jobs are still with a worker are
  /// finished or abandoned as those come back.
  void cut_off();

  /// Links that were added and are neither finished nor abandoned.
  [[nodiscard]] std::size_t size() const { return tasks_.size() + waiting_.size(); }
  /// Links that were added so far.
  [[nodiscard]] std::uint64_t added() const { return next_task_ - 1; }
  /// Links that have had their turn and no outcome yet: with a worker, or about to be.
  [[nodiscard]] std::size_t under_way() const { return tasks_.size(); }
  /// Body bytes that attempts brought for nothing: no file has them, and no part that the next
  /// attempt can resume.
  [[nodiscard]] std::uint64_t wasted_bytes() const { return wasted_bytes_; }
  /// Hosts whose links wait; call it no more than once a second.
  [[nodiscard]] Scheduler::Waits waits(Instant now) const { return scheduler_.waits(now); }
  /// Links that will have no record if the run ends now.
  [[nodiscard]] std::uint64_t unfinished() const { return abandoned_ + size(); }
  /// When the next link may be tried, if none is under way and all that there are wait for a time.
  [[nodiscard]] std::optional<Instant> sleeps_until() const;
  /// Some worker has room, but nothing can be given to it before something is due.
  [[nodiscard]] bool is_idle() const {
    return !paused_since_ && workers_.has_room() && !scheduler_.has_turn() && routes_.has_room();
  }

 private:
  [[nodiscard]] Task wake(TaskId id);
  void begin_what_may();
  void dispatch_alone();
  void begin(TaskId id);
  void go(TaskId id, Routes::Found route);
  void refuse_as_too_long(TaskId id, const Error& error);
  void hand_out_given_up();
  void arm_due_timer();

  void take_step(TaskId id, Task task, NextStep step);
  void schedule_follow(TaskId id, Task task, Follow follow);
  void schedule_retry(TaskId id, Task task, const TryAgain& again);
  void finish(Task task, Outcome outcome);

  JobFactory jobs_;
  const RetryRules retry_rules_;
  Workers& workers_;
  Routes& routes_;
  Timers& timers_;
  const Events events_;
  std::mt19937_64 dice_;
  Scheduler scheduler_;
  RunPhase phase_ = RunPhase::running;
  std::optional<Instant> paused_since_;              // by the user
  std::unordered_map<TaskId, WaitingTask> waiting_;  // for their turn
  std::unordered_map<TaskId, Task> tasks_;           // those that have had it
  TaskId next_task_ = 1;
  // Had their turn before their route was known, which it is by now:
  std::deque<std::pair<TaskId, Routes::Found>> arrived_;
  std::deque<std::pair<TaskId, Job>> waiting_alone_;  // for a worker to themselves
  std::uint64_t abandoned_ = 0;
  std::uint64_t wasted_bytes_ = 0;
  std::optional<Timers::Key> due_timer_;
};

}  // namespace fanfetch
