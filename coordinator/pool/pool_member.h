#pragma once

#include <cstdint>
#include <optional>

#include "common/worker_start.h"
#include "coordinator/pool/choose_worker.h"
#include "coordinator/pool/coordinator_channel.h"
#include "coordinator/pool/lease_watch.h"
#include "coordinator/pool/stderr_lines.h"
#include "coordinator/pool/warm_connections.h"
#include "coordinator/pool/worker_process.h"
#include "coordinator/pool/worker_state.h"

namespace fanfetch {

/// One worker of the pool, through all the processes that it is one after the other.
struct PoolMember {
  PoolMember(unsigned its_number, std::uint32_t its_share)
      : number(its_number),
        share(its_share),
        allowed(its_share),
        warm(kConnectionsPerTransfer * its_share) {}

  unsigned number;        // for people, from 1
  std::uint32_t share;    // of the jobs that the pool can run in parallel: its slots
  std::uint32_t allowed;  // of those that it may run now, at most its share
  WorkerState state;

  // Of its current process; nullopt: it rests, or is gone.
  std::optional<CoordinatorChannel> channel;
  std::optional<WorkerProcess> process;
  std::optional<LeaseWatch> lease_watch;
  SandboxLevel sandbox = SandboxLevel::full;  // that it was started with
  bool locked_in = false;                     // it has said how far

  bool alone = false;     // its one job runs alone
  bool reserved = false;  // gets no new jobs, so that it becomes free for one that runs alone
  bool unwoken = false;   // got jobs since it was woken last
  std::uint64_t jobs_done = 0;
  bool retires = false;        // gets no new jobs, and is replaced when those that it has are done
  bool told_to_leave = false;  // as one that retires and has none left
  unsigned leaving_ticks = 0;  // since then
  WarmConnections warm;
  StderrLines lines;

  /// It takes jobs. Not before it is ready: while the workers start, the list is read, and the
  /// first jobs go to many hosts instead of many to the first ones.
  [[nodiscard]] bool serves() const {
    return channel && !retires && state.state() == WorkerState::State::serving;
  }
  [[nodiscard]] bool idle() const { return serves() && allowed > 0 && channel->leases() == 0; }
  [[nodiscard]] WorkerLoad load(bool has_warm = false) const {
    return {.leases = channel ? channel->leases() : 0,
            .share = allowed,
            .takes_jobs = serves() && allowed > 0 && !alone && !reserved,
            .has_warm = has_warm};
  }
  /// Its process is gone, and with it what was known of that.
  void reset() {
    channel.reset();
    process.reset();
    lease_watch.reset();
    locked_in = false;
    alone = reserved = unwoken = retires = told_to_leave = false;
    jobs_done = 0;
    leaving_ticks = 0;
    warm.clear();
  }
};

}  // namespace fanfetch
