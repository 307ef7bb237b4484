#pragma once

#include <cstdint>
#include <string>

#include "common/result.h"
#include "common/unique_fd.h"
#include "coordinator/pool/coordinator_channel.h"

namespace fanfetch {

/// What every worker of a run is started from. Opened once, at start-up, so that an upgrade in
/// mid-run cannot mix versions.
struct WorkerProgram {
  UniqueFd binary;
  std::string ca_file;    ///< Bundle that its certificates are verified against.
  std::string cert_file;  ///< Client certificate; empty: none.
  std::string key_file;
  std::uint64_t byte_limit = 0;  ///< Body bytes a second of all workers together; 0: no limit.
  int part_folder = -1;          ///< Lent: outlives the workers.
  int lock = -1;  ///< Lent. The output folder's lock, for the worker to hold as well.
};

/// Finds fanfetch-worker: installed in libexecdir, or beside us in a build folder.
/// Error: it is in neither place, with both named.
[[nodiscard]] Result<UniqueFd> open_worker_binary();

/// One running child. Thread: main, since PR_SET_PDEATHSIG is tied to the forking thread.
/// Kills and reaps the child when it goes.
class WorkerProcess {
 public:
  /// fork + fexecve. Error: no process could be made; what fails after the fork ends as a death.
  [[nodiscard]] static Result<WorkerProcess> start(const WorkerProgram& program,
                                                   const CoordinatorChannel& channel);
  WorkerProcess(WorkerProcess&&) noexcept = default;
  WorkerProcess& operator=(WorkerProcess&&) = delete;
  ~WorkerProcess();

  /// SIGKILL. Its death comes later, through pidfd().
  void kill();
  /// It sleeps in the kernel until a disk or a network file system answers: slow, but not hung, and
  /// deaf to SIGKILL anyway.
  [[nodiscard]] bool waits_for_disk() const;
  /// REQUIRES: pidfd() was readable. How it died: `was killed by signal 9 (Killed)`.
  [[nodiscard]] std::string reap();

  [[nodiscard]] int pid() const { return pid_; }
  [[nodiscard]] int pidfd() const { return pidfd_.get(); }
  /// The reading end of its stderr, non-blocking.
  [[nodiscard]] int stderr_fd() const { return stderr_.get(); }

 private:
  WorkerProcess(int pid, UniqueFd pidfd, UniqueFd stderr_fd)
      : pid_(pid), pidfd_(std::move(pidfd)), stderr_(std::move(stderr_fd)) {}

  int pid_;
  UniqueFd pidfd_;  // none once reaped
  UniqueFd stderr_;
};

}  // namespace fanfetch
