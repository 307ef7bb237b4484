#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/event_loop.h"
#include "common/result.h"
#include "coordinator/link/task_id.h"
#include "coordinator/pool/blame.h"
#include "coordinator/pool/choose_worker.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/death_toll.h"
#include "coordinator/pool/first_workers.h"
#include "coordinator/pool/lease_watch.h"
#include "coordinator/pool/rate_shares.h"
#include "coordinator/pool/sandbox_watch.h"
#include "coordinator/pool/stderr_lines.h"
#include "coordinator/pool/worker_process.h"
#include "coordinator/pool/worker_state.h"
#include "coordinator/pool/worker_view.h"

namespace fanfetch {

struct PoolMember;

/// What the pool reports to its owner. Called on the loop's thread.
struct PoolEvents {
  /// What the owner makes of a result.
  struct Receipt {
    Integrity integrity = Integrity::sound;  ///< `corrupt`: the worker is killed, the job is lost.
    Connection connection = Connection::usable;
  };
  /// A job of `worker`, an index, is done. The bytes are out of the worker's reach, and lent for
  /// the call.
  std::function<Receipt(TaskId, unsigned worker, std::span<const std::byte> result)> on_result;
  /// A worker died before it was done with this job.
  std::function<void(TaskId, Blame)> on_lost;
  /// When a job has to be given up: asked as it is submitted, and once a second while it runs.
  /// Null: never. A job that was given up is done, too.
  CoordinatorChannel::StopTimes stop_by = nullptr;
  /// For the user: what happens to a worker, or a line that it wrote to its stderr. Not cleaned.
  std::function<void(std::string text)> on_message;
  /// Workers are in their sandboxes now, and this is what all of them have in common. Called when
  /// the first one says so, and when there is less of it.
  std::function<void(Protections)> on_protections;
  /// No worker can be had any more, or none as the settings require: only kill_all() and stop() may
  /// follow.
  std::function<void(Error)> on_hopeless;
};

/// The workers of a run: starts them, hands them jobs, sees them die and starts others. Jobs and
/// results are bytes, and hosts are keys; only their user knows what they mean. Whatever happens to
/// a worker, each job that was submitted comes back once, done or lost.
/// Thread: the loop's, which has to be main's.
class WorkerPool {
 public:
  enum class Submitted : std::uint8_t { yes, no_worker_free, too_large };

  /// Lends `loop`. `first`: workers that run already, of the same program and settings.
  /// REQUIRES: 1 ≤ workers ≤ jobs.
  WorkerPool(EventLoop& loop, WorkerProgram program, const PoolSettings& settings,
             std::deque<StartedWorker> first, PoolEvents events);
  ~WorkerPool();
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  /// Error: not one worker could be started.
  [[nodiscard]] Result<> start();

  /// Some worker has room for one more job. Not before the first ones are ready, or a second has
  /// passed: the first jobs are shared out evenly, or hosts would see more connections than jobs.
  [[nodiscard]] bool has_room() const;
  /// The leases of the least loaded worker that has room; SIZE_MAX: none has.
  [[nodiscard]] std::size_t least_leases() const;
  /// Of a job, with a worker that has an idle connection to its host: `good` is where submit()
  /// gives it. `worker`: an index, below the number of workers. `least`: least_leases().
  [[nodiscard]] Placement placement(unsigned worker, std::size_t least) const;
  /// Gives a job to the least loaded worker, or to one that has an idle connection to `host` if
  /// that is hardly busier. The worker sees it after wake_workers(). False: the request is too
  /// large. REQUIRES: has_room().
  [[nodiscard]] bool submit(const Encoder& encode, TaskId task, HostKey host);
  /// Gives a job to an idle worker, which gets no other until this one is done.
  [[nodiscard]] Submitted submit_alone(const Encoder& encode, TaskId task, HostKey host);
  /// `wanted`: keeps one worker free of new jobs, so that submit_alone() finds an idle one.
  void reserve(bool wanted);

  /// Jobs in parallel from now on, from 1 to PoolSettings::jobs; those that are more finish.
  void allow_jobs(unsigned jobs);
  /// PoolSettings::byte_limit from now on, also for the jobs that the workers have.
  void limit_bytes(std::uint64_t bytes_a_second);
  /// How it stands with each worker, in the order of their numbers.
  [[nodiscard]] std::vector<WorkerView> views() const;

  /// Wakes the workers that got jobs since the last call: once per wake-up of the loop.
  void wake_workers();

  /// Lets each worker finish its jobs and leave; `gone` is called once all have left, possibly from
  /// within this call.
  void stop(std::function<void()> gone);
  /// Tells the workers to leave what can be resumed of each job, and to leave immediately: their
  /// jobs come back as lost. REQUIRES: stop() was called.
  void cut();
  /// SIGKILL to all. Their jobs come back as lost.
  void kill_all();

  /// Jobs that were submitted and are not back.
  [[nodiscard]] std::uint64_t in_flight() const;
  /// Body bytes received by all workers so far, dead ones included.
  [[nodiscard]] std::uint64_t bytes_in() const;
  /// Of all workers. Looks at every slot: call it a few times a second at most.
  [[nodiscard]] CoordinatorChannel::BytesInFlight bytes_in_flight() const;

 private:
  void start_member(PoolMember& member);
  [[nodiscard]] Result<> try_to_start(PoolMember& member);
  void unwatch(const PoolMember& member);
  void tick();
  [[nodiscard]] bool awaits_first_workers() const;
  void watch_leases(PoolMember& member);
  void retire_one();
  void let_go_if_done(PoolMember& member);
  void share_rate();
  void keep_sharing_rate();
  void on_completed(PoolMember& member);
  [[nodiscard]] CoordinatorChannel::Acceptor acceptor(PoolMember& member);
  void on_death(PoolMember& member);
  void see_protections(PoolMember& member);
  void on_sandbox_failed(const PoolMember& member, const std::string& how);
  [[nodiscard]] std::size_t report_lost(PoolMember& member, Blame sole);
  void act(PoolMember& member, WorkerState::Action action, const char* why = "");
  void read_stderr(PoolMember& member);
  [[nodiscard]] StderrLines::Say line_reporter(const PoolMember& member) const;
  void give_up_if_hopeless();
  void give_up(Error why);
  [[nodiscard]] std::span<const WorkerLoad> loads(std::optional<HostKey> host) const;
  [[nodiscard]] bool submit_to(PoolMember& member, const Encoder& encode, TaskId task,
                               HostKey host);

  EventLoop& loop_;
  WorkerProgram program_;
  PoolSettings settings_;
  std::deque<StartedWorker> first_;  // not taken over yet
  PoolEvents events_;
  std::vector<std::unique_ptr<PoolMember>> members_;
  mutable std::vector<WorkerLoad> loads_;  // scratch
  std::uint64_t bytes_of_dead_ = 0;
  SandboxWatch sandboxes_;
  DeathToll toll_;
  EventLoop::TimerKey tick_timer_{};
  bool ticked_ = false;
  std::string start_error_;                // the last reason why one could not be started
  std::optional<RateShares> rate_shares_;  // nullopt: bytes are not limited
  EventLoop::TimerKey rate_timer_{};
  std::function<void()> gone_;  // set: stopping
};

}  // namespace fanfetch
