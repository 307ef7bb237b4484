#include "coordinator/pool/choose_worker.h"

namespace fanfetch {
namespace {

/// A worker with a warm connection may have this much more to do than the least loaded one, as a
/// part of its share: a new connection costs round trips, and with TLS as much CPU as twenty small
/// files; but beyond that the other CPU would idle.
constexpr std::uint32_t kToleratedPart = 4;

}  // namespace

std::optional<std::size_t> choose_worker(std::span<const WorkerLoad> workers) {
  std::optional<std::size_t> least;
  std::optional<std::size_t> warm;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    const WorkerLoad& one = workers[i];
    if (!one.has_room()) continue;
    if (!least || one.leases < workers[*least].leases) least = i;
    if (one.has_warm && (!warm || one.leases < workers[*warm].leases)) warm = i;
  }
  if (!warm) return least;
  const std::size_t tolerated = workers[*least].leases + workers[*warm].share / kToleratedPart;
  return workers[*warm].leases <= tolerated ? warm : least;
}

bool fits_now(std::span<const WorkerLoad> workers) {
  bool any_warm = false;
  for (const WorkerLoad& one : workers) {
    if (one.has_warm && one.has_room()) return true;
    any_warm = any_warm || one.has_warm;
  }
  return !any_warm;
}

}  // namespace fanfetch
