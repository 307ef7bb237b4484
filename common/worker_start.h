#pragma once

#include <cstddef>

namespace fanfetch {

/// How a coordinator starts a worker: `fanfetch-worker COORDINATOR_PID CA_FILE CERT_FILE KEY_FILE`
/// (the client's certificate and key; empty words where there is none), an empty environment, stdin
/// and stdout on /dev/null, stderr on a pipe, INT, TERM, HUP and PIPE ignored, and these
/// descriptors. It gets no descriptor above kLastWorkerFd.
enum WorkerFd : int {
  kRegionFd = 3,      ///< The channel: its memory,
  kSubmittedFd = 4,   ///< the eventfd that wakes the worker,
  kCompletedFd = 5,   ///< and the one that wakes the coordinator.
  kPartFolderFd = 6,  ///< `.fanfetch/part`: the only place where a worker writes.
  kLockFd = 7,        ///< The output folder's lock: held until the last process of the run is gone.
  kLastWorkerFd = kLockFd,
};

/// Connections that a worker keeps open, busy or idle, for each transfer that it may run at once:
/// hosts take turns in a mixed list. The coordinator reckons with them (warm_connections.h).
inline constexpr std::size_t kConnectionsPerTransfer = 4;

}  // namespace fanfetch
