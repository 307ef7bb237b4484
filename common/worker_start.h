#pragma once

#include <cstddef>

namespace fanfetch {

/// How a coordinator starts a worker program: `PROGRAM COORDINATOR_PID LEVEL PORTS ARGUMENT…` (the
/// sandbox's level by name, and the ports that it may connect to, with commas; empty: all), an
/// empty environment, stdin and stdout on /dev/null, stderr on a pipe, INT, TERM, HUP and PIPE
/// ignored, TSTP, TTIN and TTOU blocked until the program lets them in, and these descriptors,
/// followed by the program's own ones.
enum WorkerFd : int {
  kRegionFd = 3,     ///< The channel: its memory,
  kSubmittedFd = 4,  ///< the eventfd that wakes the worker,
  kCompletedFd = 5,  ///< and the one that wakes the coordinator.
  kFirstOwnFd = 6,
};

/// fanfetch-worker has no arguments of its own, and these descriptors. It gets no other. What TLS
/// needs comes in sealed memory (common/sealed_bytes.h), PEM, the same bytes for each worker of a
/// run; a number is not open where there is no such thing.
enum FetchWorkerFd : int {
  kPartFolderFd = kFirstOwnFd,  ///< `.fanfetch/part`: the only folder that a worker writes to.
  kLockFd,  ///< The output folder's lock: held until the last process of the run is gone.
  kCaFd,    ///< The bundle that servers are verified against.
  kCertFd,  ///< The client's certificate with its chain.
  kKeyFd,   ///< Its private key, if that is not in kCertFd.
};

/// A worker exits with this status, after saying why, if it cannot start,
inline constexpr int kCannotStart = 2;
/// or cannot work inside its sandbox, before its first heartbeat.
inline constexpr int kCannotWorkLockedIn = 3;

/// Connections that a worker keeps open, busy or idle, for each transfer that it may run in
/// parallel: hosts take turns in a mixed list. The coordinator counts on them
/// (warm_connections.h).
inline constexpr std::size_t kConnectionsPerTransfer = 4;

}  // namespace fanfetch
