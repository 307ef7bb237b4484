#include "coordinator/pool/choose_worker.h"

namespace fanfetch {
namespace {

/// A worker with a warm connection may have this much more to do than the least loaded one, as a
/// part of its share: a new connection costs round trips, and with TLS as much CPU as twenty small
/// files; but beyond that the other CPU would idle.
constexpr std::uint32_t kToleratedPart = 4;

/// `least`: of all workers that have room.
bool is_tolerated(const WorkerLoad& load, std::size_t least) {
  return load.leases <= least + load.share / kToleratedPart;
}

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
  return warm && is_tolerated(workers[*warm], workers[*least].leases) ? warm : least;
}

Placement placement_of(const WorkerLoad& load, std::size_t least) {
  if (!load.takes_jobs) return Placement::gone;
  return load.has_room() && is_tolerated(load, least) ? Placement::good : Placement::later;
}

}  // namespace fanfetch
