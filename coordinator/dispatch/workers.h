#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "common/boot_clock.h"
#include "common/job.h"
#include "common/result.h"
#include "common/sandbox/sandbox_rules.h"
#include "coordinator/link/placement.h"
#include "coordinator/link/task_id.h"
#include "coordinator/pool/blame.h"

namespace fanfetch {

/// What happens to the workers and their jobs. Called on the loop's thread, never from within a
/// call to Workers, except for `stop_by`, and for `on_message` and `on_hopeless`, which start() may
/// call.
struct WorkerEvents {
  /// A job is done. `connected`: the worker that has kept its connection; nullopt: none has.
  std::function<void(TaskId, JobReport, std::optional<unsigned> connected)> on_completion;
  /// A worker died before this job of it had an outcome.
  std::function<void(TaskId, Blame)> on_lost;
  /// When a job has to be given up: asked as it is submitted, and once a second while it runs.
  /// Null: never. May be called from within submit().
  std::function<std::optional<BootInstant>(TaskId)> stop_by = nullptr;
  /// A death, or a line that a worker wrote to its stderr: for the user. Not cleaned.
  std::function<void(std::string text)> on_message;
  /// What holds the workers back from now on.
  std::function<void(Protections)> on_protections;
  /// No worker can be started any more, or none as required: only kill_all() and stop() may follow.
  std::function<void(Error)> on_hopeless;
};

/// Of the jobs in flight whose responses say how long they are. As the workers say.
struct BytesInFlight {
  std::uint64_t jobs = 0;
  std::uint64_t received = 0;  ///< Body bytes that have come,
  std::uint64_t to_come = 0;   ///< and that have not.
};

/// The worker processes. Each submitted job comes back once, as a completion or as lost. Abstract
/// so that dispatching is tested without a process; the real one is PoolWorkers.
struct Workers {
  virtual ~Workers() = default;

  /// Error: not one worker could be started.
  [[nodiscard]] virtual Result<> start() = 0;

  /// Some worker has room for one more job.
  [[nodiscard]] virtual bool has_room() const = 0;
  /// The placement of a task with a worker that is connected to its host, as of this call; for the
  /// indices that on_completion() gives.
  [[nodiscard]] virtual std::function<Placement(unsigned worker)> placements() const = 0;
  /// Gives `job` to a worker, which sees it after wake(). `host`: the origin that it connects to.
  /// Error: the job is too large. REQUIRES: has_room().
  [[nodiscard]] virtual Result<> submit(const Job& job, TaskId task, const std::string& host) = 0;
  /// Gives `job` to an idle worker, which gets no other job until this one is done. False: all
  /// workers are busy. Error: the job is too large.
  [[nodiscard]] virtual Result<bool> submit_alone(const Job& job, TaskId task,
                                                  const std::string& host) = 0;
  /// `wanted`: keeps one worker free of new jobs, so that submit_alone() finds an idle one.
  virtual void reserve(bool wanted) = 0;

  /// Wakes the workers that got jobs since the last call: once per wake-up of the loop.
  virtual void wake() = 0;
  /// Lets each worker finish its jobs and leave; `gone` is called once all have left, possibly from
  /// within this call.
  virtual void stop(std::function<void()> gone) = 0;
  /// Tells the workers to leave what can be resumed of each job, and to leave immediately: their
  /// jobs come back as lost. REQUIRES: stop() was called.
  virtual void cut() = 0;
  /// SIGKILL to all. Their jobs come back as lost.
  virtual void kill_all() = 0;

  /// Jobs that were submitted and are not back.
  [[nodiscard]] virtual std::uint64_t in_flight() const = 0;
  /// Body bytes received by all workers so far, dead ones included.
  [[nodiscard]] virtual std::uint64_t bytes_in() const = 0;
  /// Call it a few times a second at most.
  [[nodiscard]] virtual BytesInFlight bytes_in_flight() const = 0;
};

}  // namespace fanfetch
