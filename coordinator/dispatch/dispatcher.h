#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <random>
#include <unordered_map>
#include <utility>
#include <vector>

#include "coordinator/dispatch/fetching.h"
#include "coordinator/dispatch/job_factory.h"
#include "coordinator/dispatch/link_guard.h"
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
class Dispatcher final : public Fetching {
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
    /// Lent; null: every link may be asked for.
    LinkGuard* guard = nullptr;
  };

  /// Workers, routes and timers are lent. `seed`: of the dice for delays.
  Dispatcher(DispatchRules rules, Workers& workers, Routes& routes, Timers& timers, Events events,
             std::uint64_t seed);

  void add(Link link) override;
  void on_list_end() override {}
  /// If all known links wait for their hosts, or are with workers that have room for others, it is
  /// time to look further.
  [[nodiscard]] std::size_t room() const override {
    const std::size_t most = is_idle() ? kMaxTasksWhileHostsWait : kMaxTasks;
    return most - std::min(most, size());
  }
  /// Gives the workers all that they have room for, and wakes the loop again when more is due.
  void dispatch() override;

  // Events of the workers:
  void on_completion(TaskId id, JobReport report, std::optional<unsigned> connected = {});
  void on_lost(TaskId id, Blame blame);
  /// For WorkerEvents::stop_by. REQUIRES: Events::guard is set, and the task is with a worker.
  [[nodiscard]] BootInstant stop_by(TaskId id) const {
    return events_.guard->stop_by(tasks_.at(id).link);
  }

  void pause() override {
    if (!paused_since_) paused_since_ = timers_.now();
  }
  void resume() override {
    if (paused_since_) scheduler_.rested(*std::exchange(paused_since_, {}), timers_.now());
  }
  void set_host_rules(HostRules rules) override {
    scheduler_.set_rules(std::move(rules), timers_.now());
  }
  [[nodiscard]] const HostRules& host_rules() const override { return scheduler_.rules(); }
  void set_limit_rate(std::uint64_t bytes_a_second) override {
    jobs_.set_limit_rate(bytes_a_second);
  }
  [[nodiscard]] std::vector<HostView> top_hosts(HostOrder order, std::size_t most) const override {
    return scheduler_.top_hosts(order, most, timers_.now());
  }

  /// Tasks whose jobs are still with a worker are finished or abandoned as those come back.
  void cut_off() override;

  [[nodiscard]] std::size_t size() const override { return tasks_.size() + waiting_.size(); }
  [[nodiscard]] std::uint64_t added() const override { return next_task_ - 1; }
  /// With a worker, or about to be.
  [[nodiscard]] std::size_t under_way() const override { return tasks_.size(); }
  [[nodiscard]] std::uint64_t wasted_bytes() const override { return wasted_bytes_; }
  [[nodiscard]] Scheduler::Waits waits(Instant now) const override { return scheduler_.waits(now); }
  [[nodiscard]] std::uint64_t unfinished() const override { return abandoned_ + size(); }
  [[nodiscard]] std::optional<Instant> sleeps_until() const override;
  [[nodiscard]] std::optional<std::uint64_t> nodes() const override { return std::nullopt; }
  /// Some worker has room, but nothing can be given to it before something is due.
  [[nodiscard]] bool is_idle() const {
    return !paused_since_ && workers_.has_room() && !scheduler_.has_turn() && routes_.has_room();
  }

  /// Links on their way at most, unless workers have room for more: enough for hosts to take turns,
  /// few enough to stay in the CPU's cache.
  static constexpr std::size_t kMaxTasks = 1024;
  /// The same while workers have room, but all links are with them or wait for hosts that are busy
  /// or asked for a pause, so that a list sorted by host keeps the workers busy. About 0.4 KB each.
  static constexpr std::size_t kMaxTasksWhileHostsWait = 16 * 1024;

 private:
  [[nodiscard]] Task wake(TaskId id);
  void begin_what_may();
  void dispatch_alone();
  void begin(TaskId id);
  void hand_over(TaskId id);
  void came_back(const Task& task);
  void go(TaskId id, Routes::Found route);
  void refuse_as_too_long(TaskId id, const Error& error);
  void hand_out_given_up();
  void arm_due_timer();

  void take_step(TaskId id, Task task, NextStep step);
  void schedule_follow(TaskId id, Task task, Follow follow);
  void schedule_retry(TaskId id, Task task, const TryAgain& again);
  void finish(Task task, Outcome outcome);
  [[nodiscard]] FinishedLink finished_link(Task task, Outcome outcome);

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
