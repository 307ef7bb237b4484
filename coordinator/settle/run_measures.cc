#include "coordinator/settle/run_measures.h"

#include <fmt/format.h>

#include <utility>

namespace fanfetch {

RunMeasures::RunMeasures(SqliteLedger& ledger, Instant start,
                         std::function<void(const std::string& problem)> on_problem)
    : ledger_(ledger),
      start_(start),
      on_problem_(std::move(on_problem)),
      next_write_(start + kFirstWrite) {}

void RunMeasures::tick(RunSample state, Instant now) {
  state.at = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_);
  if (samples_.is_due(state.at)) samples_.add(state);
  if (now < next_write_) return;
  next_write_ = now + kWriteInterval;
  if (const auto written = write(); !written && !std::exchange(problem_told_, true)) {
    on_problem_(fmt::format("what the run measures is not kept: {}", written.error().message));
  }
}

void RunMeasures::finish(RunSample state, Instant now) {
  state.at = std::chrono::duration_cast<std::chrono::milliseconds>(now - start_);
  samples_.add(state);
  (void)write();
}

Ledger::Done RunMeasures::write() { return ledger_.write_measures(samples_, hosts_); }

}  // namespace fanfetch
