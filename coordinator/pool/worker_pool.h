#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "common/result.h"
#include "coordinator/pool/blame.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/rate_shares.h"
#include "coordinator/pool/worker_process.h"
#include "coordinator/pool/worker_state.h"

namespace fanfetch {

/// What the pool tells its owner. Called on the loop's thread.
struct PoolEvents {
  std::function<void(CoordinatorChannel::Ticket, Outcome)> on_completion;
  std::function<void(CoordinatorChannel::Ticket, Blame)> on_lost;
  /// Worth telling the user: a death, or a line that a worker wrote to its stderr. Not cleaned.
  std::function<void(std::string text)> on_message;
  /// No worker can be had any more: the pool is good for kill_all() and stop() only.
  std::function<void(Error)> on_hopeless;
};

/// The workers of a run: starts them, hands them jobs, sees them die and starts others. Whatever
/// happens to one, each job that was submitted comes back once, completed or lost.
/// Thread: the loop's, which has to be main's.
class WorkerPool {
 public:
  /// `jobs`: transfers at once, shared out over `workers`. REQUIRES: 1 ≤ workers ≤ jobs.
  WorkerPool(EventLoop& loop, WorkerProgram program, unsigned workers, unsigned jobs,
             PoolEvents events);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Error: not one worker could be started.
  [[nodiscard]] Result<> start();

  /// Is there a worker with room for one more job?
  [[nodiscard]] bool has_room() const { return least_loaded() != nullptr; }
  /// No worker that has an idle connection to `host` is too busy to use it: there is none, or one
  /// of them has room. `host`: an origin, as submit() is told.
  [[nodiscard]] bool fits(const std::string& host) const;
  /// Gives `job` to the least-loaded worker, or to one that has an idle connection to `host` if
  /// that is hardly busier. REQUIRES: has_room(). Error: the job is too large.
  [[nodiscard]] Result<> submit(const Job& job, CoordinatorChannel::Ticket ticket,
                                const std::string& host);
  /// Gives `job` to a worker that does nothing else and gets nothing else until it is done; false:
  /// all are busy. One worker is then kept free of new jobs until reserve(false).
  [[nodiscard]] Result<bool> submit_alone(const Job& job, CoordinatorChannel::Ticket ticket,
                                          const std::string& host);
  void reserve(bool wanted);

  /// Wakes the workers that got jobs since the last call: once a batch.
  void wake_workers();

  /// Lets each worker finish what it has and leave; `gone` is called once all are.
  void stop(std::function<void()> gone);
  /// Tells the workers to leave what can be resumed of each job, and to leave immediately: their
  /// jobs come back as lost. REQUIRES: stop() was called.
  void cut();
  /// SIGKILL to all. Their jobs come back as lost.
  void kill_all();

  [[nodiscard]] std::uint64_t in_flight() const;
  /// Body bytes received by all workers so far, the dead ones' included.
  [[nodiscard]] std::uint64_t bytes_in() const;

 private:
  struct Member;

  void start_member(Member& member);
  void tick();
  void share_rate();
  void keep_sharing_rate();
  void on_completed(Member& member);
  void on_death(Member& member);
  void act(Member& member, WorkerState::Action action);
  void read_stderr(Member& member);
  void say_line(Member& member);
  void deliver();
  void give_up_if_hopeless(const std::string& how);
  [[nodiscard]] Member* least_loaded() const;
  [[nodiscard]] Member* best_for(const std::string& host) const;
  [[nodiscard]] Result<> submit_to(Member& member, const Job& job,
                                   CoordinatorChannel::Ticket ticket, const std::string& host);

  EventLoop& loop_;
  WorkerProgram program_;
  PoolEvents events_;
  std::vector<std::unique_ptr<Member>> members_;
  std::vector<CoordinatorChannel::Completion> completions_;  // scratch
  std::uint64_t bytes_of_dead_ = 0;
  unsigned deaths_in_a_row_ = 0;  // no link's fault, without one job done in between
  EventLoop::TimerKey tick_timer_{};
  std::optional<RateShares> rate_shares_;  // none: bytes are not limited
  EventLoop::TimerKey rate_timer_{};
  std::function<void()> gone_;  // set: stopping
};

}  // namespace fanfetch
