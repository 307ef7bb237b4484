#include "coordinator/report/run_report.h"

#include <fmt/format.h>

#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

/// Failures shown in full; further ones are only counted.
constexpr unsigned kFailuresInFull = 10;

}  // namespace

RunReport::RunReport(ReportOptions options, std::optional<JsonlLog> results, Instant start)
    : options_(std::move(options)),
      results_(std::move(results)),
      start_(start),
      progress_(options_.progress, start) {}

void RunReport::on_record(const Record& record) {
  tally_.add(record);
  if (results_error_ != 0) {
    ++lost_records_;
  } else if (results_) {
    results_->add(record);
  }
  if (record.status == Status::failed) {
    show_failure(record);
  } else if (options_.verbose && record.url) {
    console_.line(printable(fmt::format("{}: {}{}{}", name(record.status), *record.url,
                                        record.file_name ? " as " + *record.file_name : "",
                                        record.message ? ": " + *record.message : "")));
  }
}

void RunReport::show_failure(const Record& record) {
  if (failures_shown_ < kFailuresInFull || options_.verbose) {
    console_.line(describe_failure(record));
  } else if (failures_shown_ == kFailuresInFull) {
    console_.line("more failures are only counted; --results FILE has every one");
  }
  ++failures_shown_;
}

void RunReport::error(const std::string& text) {
  console_.line(fmt::format("fanfetch: {}", printable(text)));
}

void RunReport::notice(const std::string& text) {
  if (!options_.quiet) console_.line(printable(text));
}

void RunReport::detail(const std::string& text) {
  if (options_.verbose) console_.line(printable(text));
}

void RunReport::progress(ProgressState state, Instant now) {
  state.settled = tally_.total();
  state.failed = tally_.count(Status::failed);
  const auto text = progress_.due(state, now, Console::columns());
  if (!text) return;
  if (progress_.style() == Progress::Style::bar) {
    console_.bar(*text);
  } else {
    console_.line(*text);
  }
}

void RunReport::flush() {
  if (!results_ || results_error_ != 0) return;
  results_error_ = results_->flush();
  if (results_error_ != 0) lost_records_ = results_->unwritten();
}

void RunReport::finish(Instant now) {
  console_.clear_bar();
  if (options_.quiet) return;
  for (const auto& line : summary_lines(tally_, now - start_, options_.output)) {
    console_.line(line);
  }
}

}  // namespace fanfetch
