#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "common/clock.h"
#include "coordinator/link/record.h"
#include "coordinator/report/console.h"
#include "coordinator/report/jsonl_log.h"
#include "coordinator/report/progress.h"
#include "coordinator/report/tally.h"

namespace fanfetch {

struct ReportOptions {
  Progress::Style progress = Progress::Style::plain;
  bool quiet = false;    ///< Errors only.
  bool verbose = false;  ///< Each file, each retry.
  std::string output;    ///< The folder as the user named it.
};

/// All that a run tells: records to the results file, failures, messages and progress to the
/// person at the terminal, and the counts that the exit status follows from.
/// Thread: the ledger's alone, unless said otherwise.
class RunReport {
 public:
  /// `results`: none without `--results`.
  RunReport(ReportOptions options, std::optional<JsonlLog> results, Instant start);

  void on_record(const Record& record);
  /// Something went wrong that is not one link's failure; shown even when quiet.
  void error(const std::string& text);
  /// Worth knowing; not shown when quiet.
  void notice(const std::string& text);
  /// Only of interest with -v.
  void detail(const std::string& text);
  /// `state.settled` and `.failed` are filled in here.
  void progress(ProgressState state, Instant now);
  /// Brings the results on their way.
  void flush();

  /// The errno of a results file that cannot be written any more, or 0. Any thread.
  [[nodiscard]] int results_error() const { return results_error_; }
  [[nodiscard]] bool shows_progress() const { return progress_.style() != Progress::Style::none; }
  [[nodiscard]] bool results_to_stdout() const { return results_ && results_->to_stdout(); }

  /// The closing lines. After the last record, from whichever thread is left.
  void finish(Instant now);
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void show_failure(const Record& record);

  const ReportOptions options_;
  std::optional<JsonlLog> results_;
  const Instant start_;
  Console console_;
  Progress progress_;
  Tally tally_;
  unsigned failures_shown_ = 0;
  std::atomic<int> results_error_{0};
};

}  // namespace fanfetch
