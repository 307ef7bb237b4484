#pragma once

#include <cstddef>

namespace fanfetch {

/// How a coordinator starts a worker program: `PROGRAM COORDINATOR_PID ARGUMENT…`, an empty
/// environment, stdin and stdout on /dev/null, stderr on a pipe, INT, TERM, HUP and PIPE ignored,
/// TSTP, TTIN and TTOU blocked until the program lets them in, and these descriptors, followed by
/// the program's own ones.
enum WorkerFd : int {
  kRegionFd = 3,     ///< The channel: its memory,
  kSubmittedFd = 4,  ///< the eventfd that wakes the worker,
  kCompletedFd = 5,  ///< and the one that wakes the coordinator.
  kFirstOwnFd = 6,
};

/// fanfetch-worker's arguments are `CA_FILE CERT_FILE KEY_FILE` (the client's certificate and key;
/// empty if there is none), and its own descriptors these. It gets no other.
enum FetchWorkerFd : int {
  kPartFolderFd = kFirstOwnFd,  ///< `.fanfetch/part`: the only folder that a worker writes to.
  kLockFd,  ///< The output folder's lock: held until the last process of the run is gone.
};

/// Connections that a worker keeps open, busy or idle, for each transfer that it may run in
/// parallel: hosts take turns in a mixed list. The coordinator counts on them
/// (warm_connections.h).
inline constexpr std::size_t kConnectionsPerTransfer = 4;

}  // namespace fanfetch
