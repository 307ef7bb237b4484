#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "common/clock.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/measure/host_table.h"
#include "coordinator/measure/run_samples.h"

namespace fanfetch {

/// What a run measures, and writes into its ledger now and then, so that a killed run keeps all but
/// the last kWriteInterval. Each writing is a transaction of its own: it also has its time while
/// everything waits and there are no batches, and what it meets with costs no link.
/// Thread: one at a time; during a run the ledger's.
class RunMeasures {
 public:
  static constexpr auto kFirstWrite = std::chrono::seconds(2);
  static constexpr auto kWriteInterval = std::chrono::seconds(15);

  /// `ledger` is lent; its run began at `start`. `on_problem`: told once that something could not
  /// be written, which the run goes on without.
  RunMeasures(SqliteLedger& ledger, Instant start,
              std::function<void(const std::string& problem)> on_problem);

  /// Counts a settled link. See HostTable for the cost.
  void add(const Record& record) { hosts_.add(record); }
  /// Takes a sample and writes, if these are due. `state`: of now; its time is set here. To be
  /// called at least once a second.
  void tick(RunSample state, Instant now);
  /// Writes all, with a last sample. Tells of no problem: the run's own row, which is written next,
  /// meets with the same.
  void finish(RunSample state, Instant now);

  [[nodiscard]] const HostTable& hosts() const { return hosts_; }

 private:
  [[nodiscard]] Ledger::Done write();

  SqliteLedger& ledger_;
  const Instant start_;
  const std::function<void(const std::string&)> on_problem_;
  RunSamples samples_;
  HostTable hosts_;
  Instant next_write_;
  bool problem_told_ = false;
};

}  // namespace fanfetch
