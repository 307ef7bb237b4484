#pragma once

#include <cstddef>

namespace fanfetch {

/// How a coordinator starts a worker: `fanfetch-worker COORDINATOR_PID CA_FILE CERT_FILE KEY_FILE`
/// (the client's certificate and key; an empty argument if there is none), an empty environment,
/// stdin and stdout on /dev/null, stderr on a pipe, INT, TERM, HUP and PIPE ignored, and these
/// descriptors. It gets no descriptor above kLastWorkerFd.
enum WorkerFd : int {
  kRegionFd = 3,      ///< The channel's memory.
  kSubmittedFd = 4,   ///< The eventfd that wakes the worker.
  kCompletedFd = 5,   ///< The eventfd that wakes the coordinator.
  kPartFolderFd = 6,  ///< `.fanfetch/part`, the only folder in which a worker writes.
  kLockFd = 7,        ///< The output folder's lock, held until the last process of the run ends.
  kLastWorkerFd = kLockFd,
};

/// Connections that a worker keeps open, busy or idle, for each concurrent transfer that it may
/// run: hosts take turns in a mixed list. The coordinator counts on this number
/// (warm_connections.h).
inline constexpr std::size_t kConnectionsPerTransfer = 4;

}  // namespace fanfetch
