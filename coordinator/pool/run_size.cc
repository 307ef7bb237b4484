#include "coordinator/pool/run_size.h"

#include <algorithm>

namespace fanfetch {
namespace {

// Of the coordinator, counted in /proc/PID/fd of a run over a list and a listing: the standard
// ones, the loop's, the folder's and the ledger's, two SQLite connections, a list, a page, name
// servers; and what the start of a worker needs for a moment.
constexpr std::uint64_t kOfCoordinator = 30;
constexpr std::uint64_t kOfStart = 13;
constexpr std::uint64_t kPerWorker = 5;

// Of a worker: what it is given and its loop's; of each transfer a socket, a part and its sidecar.
constexpr std::uint64_t kOfWorker = 14;
constexpr std::uint64_t kPerTransfer = 3;

constexpr std::uint64_t kLeast = kOfCoordinator + kOfStart + kPerWorker;

}  // namespace

std::optional<RunSize> fit_descriptors(RunSize wanted, std::uint64_t limit) {
  if (limit < kLeast) return std::nullopt;
  const std::uint64_t workers = (limit - kOfCoordinator - kOfStart) / kPerWorker;
  const std::uint64_t jobs = (limit - kOfWorker) / kPerTransfer;  // of each worker
  RunSize size;
  size.workers = static_cast<unsigned>(std::min<std::uint64_t>(wanted.workers, workers));
  const std::uint64_t most = std::min<std::uint64_t>(jobs, wanted.jobs) * size.workers;
  size.jobs = static_cast<unsigned>(std::min<std::uint64_t>(wanted.jobs, most));
  return size;
}

std::uint64_t least_descriptors() { return kLeast; }

}  // namespace fanfetch
