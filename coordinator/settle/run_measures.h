#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "common/clock.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "coordinator/measure/failure_table.h"
#include "coordinator/measure/host_table.h"
#include "coordinator/measure/run_samples.h"
#include "coordinator/report/live_report.h"
#include "coordinator/report/metrics_text.h"
#include "coordinator/settle/metrics_file.h"

namespace fanfetch {

/// Where a run's metrics go.
struct MetricsTarget {
  MetricsFile file;
  MetricsRun run;
};

/// What a run measures. It is written now and then, so that a killed run keeps all but the last
/// kWriteInterval: into the ledger, each time by a transaction of its own, as it also has its time
/// while everything waits and there are no batches, and as what it meets with costs no link; and
/// into the file of --metrics. Thread: one at a time; during a run the ledger's.
class RunMeasures {
 public:
  static constexpr auto kFirstWrite = std::chrono::seconds(2);
  static constexpr auto kWriteInterval = std::chrono::seconds(15);
  using OnProblem = std::function<void(const std::string& problem)>;

  /// `ledger` is lent; its run began at `start`. `on_problem`: told once of each of the two that it
  /// cannot be written, which the run goes on without.
  RunMeasures(SqliteLedger& ledger, std::optional<MetricsTarget> metrics, Instant start,
              OnProblem on_problem);

  /// Counts a settled link. See HostTable for the cost.
  void add(const Record& record) {
    hosts_.add(record);
    failures_.add(record);
    has_news_ = true;
  }
  /// Takes a sample and writes, if these are due. `live`: of now; it has the same links as add().
  /// To be called at least once a second.
  void tick(const LiveReport& live, Instant now, WallTime time);
  /// Writes all into the ledger, with a last sample. Tells of no problem: the run's own row, which
  /// is written next, meets with the same.
  void finish(const LiveReport& live, Instant now);
  /// Writes the last metrics. `exit_status`: 128 + n if the run dies of the signal n.
  void finish_metrics(const LiveReport& live, WallTime time, int exit_status);

 private:
  [[nodiscard]] Ledger::Done write_ledger();
  void write_metrics(const LiveReport& live, WallTime time);

  SqliteLedger& ledger_;
  std::optional<MetricsTarget> metrics_;
  const Instant start_;
  const OnProblem on_problem_;
  RunSamples samples_;
  HostTable hosts_;
  FailureTable failures_;
  Instant next_write_, next_metrics_;
  bool has_news_ = false;  // that the ledger has not
  bool ledger_told_ = false, metrics_told_ = false;
};

}  // namespace fanfetch
