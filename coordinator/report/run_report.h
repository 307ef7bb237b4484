#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "coordinator/link/record.h"
#include "coordinator/report/console.h"
#include "coordinator/report/failure_text.h"
#include "coordinator/report/jsonl_log.h"
#include "coordinator/report/live_report.h"
#include "coordinator/report/look.h"
#include "coordinator/report/pace.h"
#include "coordinator/report/progress.h"
#include "coordinator/report/progress_state.h"
#include "coordinator/report/summary.h"
#include "coordinator/report/tally.h"

namespace fanfetch {

struct ReportOptions {
  Progress::Style progress = Progress::Style::plain;
  Look look = {};        ///< Of stderr.
  bool quiet = false;    ///< Errors only, and nothing at all of a run that ends well.
  bool verbose = false;  ///< Each file, each retry.
  RunPlace place;        ///< Where it leaves its files.
  MaxFailed max_failed;  ///< Which failures are no error.
  /// What is to be said of kept files, before the first of them.
  std::vector<std::string> kept_notices = {};
};

/// All output of a run: records for the results file; failures, messages and progress for the user;
/// and the counts that determine the exit status.
/// Thread: only the ledger's, unless said otherwise.
class RunReport {
 public:
  /// `results`: nullopt without `--results`.
  RunReport(ReportOptions options, std::optional<JsonlLog> results, Instant start);

  void on_record(const Record& record);
  /// An error that is not one link's failure; shown even with --quiet.
  void error(const std::string& text);
  /// What a run goes on after, although it is grave; with --quiet only shown if it ends badly.
  void warning(const std::string& text);
  /// A message; not shown with --quiet.
  void notice(const std::string& text);
  /// A line that was asked for, about how the run is; shown with --quiet too.
  void show_status();
  /// A message shown only with -v.
  void detail(const std::string& text);
  /// Publishes the live report, and shows progress if it is due. Call every progress_interval(),
  /// whatever is shown. Sets what is the report's in `state` itself.
  void progress(ProgressState state, Instant now);
  [[nodiscard]] Duration progress_interval() const;
  /// Writes the buffered results.
  void flush();

  /// The errno value after which the results file is no longer written, or 0. Any thread.
  [[nodiscard]] int results_error() const { return results_error_; }
  /// Records that the results should have and, for such an error, have not.
  [[nodiscard]] std::uint64_t lost_records() const { return lost_records_; }
  /// What the last call of progress() knew, and the newest `failures` failures, those after it too.
  /// Any thread; waits for no disk.
  [[nodiscard]] LiveReport live(std::size_t failures = LastFailures::kMost) const;
  /// Publishes what the run has come to, and returns it without failures: nothing is in flight any
  /// more. `state`: the loop's part of it. Call as finish(), before it.
  LiveReport publish_end(const ProgressState& state, Instant now);
  [[nodiscard]] bool results_to_stdout() const { return results_ && results_->to_stdout(); }

  /// Prints the summary. `well`: the run ends with status 0, of itself. Call after the last record,
  /// from any thread once no other one uses this.
  void finish(Instant now, bool well);
  [[nodiscard]] const Tally& tally() const { return tally_; }

 private:
  void publish(const ProgressState& state, Instant now);
  void remember_failure(const Record& record);
  void show_failure(const Record& record);
  void show_error(Spans spans, When when);
  void show_held();

  const ReportOptions options_;
  std::optional<JsonlLog> results_;
  const Instant start_;
  Console console_;
  Progress progress_;
  Pace pace_;
  Tally tally_;
  unsigned failures_shown_ = 0;
  bool has_kept_ = false;
  bool named_otherwise_ = false;  // of a kept file, it was said
  FailureLines failure_lines_;
  struct Held {
    Spans spans;
    When when;
    WallTime at;
  };
  std::vector<Held> held_;  // with --quiet, until it is known that the run ends badly
  std::atomic<int> results_error_{0};
  std::uint64_t lost_records_ = 0;

  mutable std::mutex live_mutex_;  // guards what follows
  LiveReport live_;                // without failures
  LastFailures last_failures_;
};

}  // namespace fanfetch
