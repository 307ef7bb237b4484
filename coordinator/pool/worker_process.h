#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"
#include "common/sandbox/sandbox_rules.h"
#include "common/unique_fd.h"
#include "coordinator/pool/coordinator_channel.h"

namespace fanfetch {

/// What every worker of a run is started from. The binary is opened once, at start-up, so that an
/// upgrade during a run cannot mix versions.
struct WorkerProgram {
  UniqueFd binary;
  SandboxLevel sandbox = SandboxLevel::full;
  std::vector<std::uint16_t> ports;    ///< That workers may connect to; empty: all.
  std::vector<std::string> arguments;  ///< Its own ones (common/worker_start.h).
  /// Lent: they outlive the workers, which get them in this order from kFirstOwnFd on. -1: nothing
  /// is open there.
  std::vector<int> descriptors;
};

/// Finds fanfetch-worker: installed in libexecdir, or in the build folder that we run from.
/// Error: it is in neither; both are named.
[[nodiscard]] Result<UniqueFd> open_worker_binary();

/// How a worker ended.
struct WorkerDeath {
  std::string how;           ///< `was killed by signal 9 (Killed)`, `exited with status 1`.
  int signal = 0;            ///< 0: it exited.
  bool exited_well = false;  ///< With status 0.
  bool by_sandbox = false;   ///< It called what its sandbox forbids.
  /// It found by itself that it cannot work inside its sandbox.
  bool cannot_work_locked_in = false;
};

/// One running child. Thread: main, since PR_SET_PDEATHSIG is tied to the thread that forks.
/// When it goes, it kills the child, and reaps it unless that takes long: the child may be held by
/// a disk that does not respond.
class WorkerProcess {
 public:
  /// vfork + fexecve. Error: the machine is short of descriptors, processes or memory. What fails
  /// after vfork() ends as a death.
  [[nodiscard]] static Result<WorkerProcess> start(const WorkerProgram& program,
                                                   const CoordinatorChannel& channel);
  WorkerProcess(WorkerProcess&&) noexcept = default;
  WorkerProcess& operator=(WorkerProcess&&) = delete;
  ~WorkerProcess();

  /// SIGKILL. Its death comes later, through pidfd().
  void kill();
  /// It sleeps in the kernel until a disk or a network file system answers: it is slow, not hung,
  /// and SIGKILL has no effect until then.
  [[nodiscard]] bool waits_for_disk() const;
  /// REQUIRES: pidfd() was readable.
  [[nodiscard]] WorkerDeath reap();
  /// kill() was called.
  [[nodiscard]] bool was_killed() const { return was_killed_; }

  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  /// The reading end of its stderr, non-blocking.
  [[nodiscard]] int stderr_fd() const { return stderr_.get(); }

 private:
  WorkerProcess(int pid, UniqueFd pidfd, UniqueFd stderr_fd)
      : pid_(pid), pidfd_(std::move(pidfd)), stderr_(std::move(stderr_fd)) {}

  int pid_;
  UniqueFd pidfd_;  // closed once reaped
  UniqueFd stderr_;
  bool was_killed_ = false;
};

}  // namespace fanfetch
