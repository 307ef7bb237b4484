#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <unordered_map>
#include <utility>

#include "coordinator/dispatch/job_factory.h"
#include "coordinator/dispatch/routes.h"
#include "coordinator/dispatch/task.h"
#include "coordinator/dispatch/timers.h"
#include "coordinator/dispatch/workers.h"
#include "coordinator/link/link.h"
#include "coordinator/link/task_id.h"
#include "coordinator/schedule/scheduler.h"

namespace fanfetch {

/// What the user set for the road from the scheduler to the workers.
struct DispatchRules {
  JobRules jobs;
  HostRules hosts;
};

/// The links on their way, and the road from the scheduler to the workers: whose turn it is,
/// whether it may be asked for, and what the job holds. Knows nothing of retries or of the ledger.
/// Thread: the loop's.
class Dispatcher {
 public:
  struct Events {
    /// A task that got its turn cannot be asked for: its address is refused, its job too long.
    std::function<void(TaskId, Failed)> on_failed;
    /// Its host was given up: it is to be settled so, without a request of its own.
    std::function<void(TaskId, Failed)> on_given_up;
    /// No job is to be given, nor anything settled, for now; asked before each.
    std::function<bool()> held_back;
  };

  /// Workers, routes and timers are lent.
  Dispatcher(DispatchRules rules, Workers& workers, Routes& routes, Timers& timers, Events events);

  void add(Link link);
  /// Gives the workers all they have room for, and wakes the loop again when more is due.
  void dispatch();

  /// REQUIRES: the task was added, and neither taken out since nor dropped by clear().
  [[nodiscard]] Task& task(TaskId id) { return tasks_.at(id); }
  /// The job of a task is back, whatever becomes of the task then; first of all tell what it told
  /// of the host.
  void answered(TaskId id, const HostFeedback& answer);
  // What becomes of a task that had its turn:
  /// It asks for what its `url` says now, behind the others of that host.
  void again(TaskId id, Url url);
  /// It starts over at its own URL, not before `when`.
  void start_over(TaskId id, Instant when);
  /// It is done with.
  [[nodiscard]] Task take_out(TaskId id);

  /// No task gets its turn any more; those that had it are still to be taken out.
  void clear();

  /// Tasks that were not taken out.
  [[nodiscard]] std::size_t size() const { return tasks_.size(); }
  /// Some worker is free though nothing can be given to it before something is due.
  [[nodiscard]] bool is_idle() const {
    return workers_.has_room() && !scheduler_.has_turn() && routes_.has_room();
  }

 private:
  void dispatch_alone();
  [[nodiscard]] bool takes_turns() const;
  void begin(TaskId id);
  void go(TaskId id, Routes::Found route);
  void hand_out_given_up();
  void fail(TaskId id, Failed failed);
  void refuse_as_too_long(TaskId id, const Error& error);
  void arm_due_timer();

  const JobFactory jobs_;
  Workers& workers_;
  Routes& routes_;
  Timers& timers_;
  const Events events_;
  Scheduler scheduler_;
  std::unordered_map<TaskId, Task> tasks_;
  TaskId next_task_ = 1;
  // Had their turn before their host was known, which it is now:
  std::deque<std::pair<TaskId, Routes::Found>> arrived_;
  std::deque<std::pair<TaskId, Job>> waiting_alone_;  // for a worker to themselves
  bool cleared_ = false;
  std::optional<Timers::Key> due_timer_;
};

}  // namespace fanfetch
