#include "coordinator/settle/run_measures.h"

#include <fmt/format.h>

#include <utility>

namespace fanfetch {
namespace {

RunSample sample_of(const LiveReport& live, Duration elapsed) {
  return {.at = std::chrono::duration_cast<std::chrono::milliseconds>(elapsed),
          .files = live.saved,
          .bytes = live.saved_bytes,
          .failed = live.failed,
          .in_flight = live.in_flight};
}

}  // namespace

RunMeasures::RunMeasures(SqliteLedger& ledger, std::optional<MetricsTarget> metrics, Instant start,
                         OnProblem on_problem)
    : ledger_(ledger),
      metrics_(std::move(metrics)),
      start_(start),
      on_problem_(std::move(on_problem)),
      next_write_(start + kFirstWrite),
      next_metrics_(start) {}

void RunMeasures::tick(const LiveReport& live, Instant now, WallTime time) {
  const RunSample sample = sample_of(live, now - start_);
  if (samples_.is_due(sample.at)) {
    samples_.add(sample);
    has_news_ = true;
  }
  if (has_news_ && now >= next_write_) {
    has_news_ = false;
    next_write_ = now + kWriteInterval;
    if (const auto written = write_ledger(); !written && !std::exchange(ledger_told_, true)) {
      on_problem_(fmt::format("what the run measures is not kept: {}", written.error().message));
    }
  }
  if (metrics_ && now >= next_metrics_) {
    next_metrics_ = now + kWriteInterval;
    write_metrics(live, time);
  }
}

void RunMeasures::finish(const LiveReport& live, Instant now) {
  samples_.add(sample_of(live, now - start_));
  (void)write_ledger();
}

void RunMeasures::finish_metrics(const LiveReport& live, WallTime time, int exit_status) {
  if (!metrics_) return;
  metrics_->run.ended_at = time;
  metrics_->run.exit_status = exit_status;
  write_metrics(live, time);
}

Ledger::Done RunMeasures::write_ledger() { return ledger_.write_measures(samples_, hosts_); }

void RunMeasures::write_metrics(const LiveReport& live, WallTime time) {
  HostSums measured = hosts_.all(HostSums::kMostKinds);
  measured.failures = failures_.kinds();  // hosts that went have told fewer apart
  const std::string text = metrics_text(live, measured, metrics_->run, time);
  const auto written = metrics_->file.write(text);
  if (written || std::exchange(metrics_told_, true)) return;
  on_problem_(fmt::format("{}; the run goes on, and tries again", written.error().message));
}

}  // namespace fanfetch
