#include "coordinator/report/run_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/report/summary.h"

namespace fanfetch {
namespace {

/// Failures that were not tried again are none: the summary counts them.
bool is_news(const Record& record) { return !record.stood || record.attempts > 0; }

/// Failures shown in full; further ones are only counted.
constexpr unsigned kFailuresInFull = 10;
/// How old the live report may be where no bar is drawn.
constexpr std::chrono::seconds kLiveInterval{1};

}  // namespace

RunReport::RunReport(ReportOptions options, std::optional<JsonlLog> results, Instant start)
    : options_(std::move(options)),
      results_(std::move(results)),
      start_(start),
      console_(options_.look),
      progress_(options_.progress, options_.look, start),
      pace_(start) {}

void RunReport::on_record(const Record& record) {
  tally_.add(record);
  if (results_error_ != 0) {
    ++lost_records_;
  } else if (results_) {
    results_->add(record);
  }
  if (record.status == Status::kept && !std::exchange(has_kept_, true)) {
    for (const auto& text : options_.kept_notices) notice(text);
  }
  if (record.named_otherwise && !std::exchange(named_otherwise_, true)) {
    notice(
        "the list names files otherwise than they were saved: kept files stay as they are, under "
        "the names that they have");
  }
  if (record.status == Status::failed) {
    remember_failure(record);
    show_failure(record);
  } else if (options_.verbose && record.url) {
    detail(fmt::format("{}: {}{}{}", name(record.status), *record.url,
                       record.file_name ? " as " + *record.file_name : "",
                       record.message ? ": " + *record.message : ""));
  }
}

void RunReport::remember_failure(const Record& record) {
  if (!record.error || !is_news(record)) return;
  const std::lock_guard lock(live_mutex_);
  last_failures_.add(record);
}

void RunReport::show_failure(const Record& record) {
  if (!is_news(record) && !options_.verbose) return;
  if (failures_shown_ < kFailuresInFull || options_.verbose) {
    show_error(failure_lines_.line(record), When::now);
  } else if (failures_shown_ == kFailuresInFull) {
    show_error({{"more failures are only counted; --results FILE has every one"}}, When::now);
  }
  ++failures_shown_;
}

void RunReport::show_error(Spans spans, When when) {
  held_.push_back({std::move(spans), when, std::chrono::system_clock::now()});
  if (!options_.quiet || options_.max_failed.exceeded_for_good_by(tally_)) show_held();
}

void RunReport::show_held() {
  for (const Held& held : std::exchange(held_, {})) {
    console_.line(held.spans, Level::warning, held.when, held.at);
  }
}

void RunReport::warning(const std::string& text) {
  show_error({{fmt::format("fanfetch: {}", printable(text))}}, When::whenever);
}

void RunReport::error(const std::string& text) {
  console_.line(fmt::format("fanfetch: {}", printable(text)), Level::error);
}

void RunReport::notice(const std::string& text) {
  if (!options_.quiet) console_.line(printable(text), Level::notice, When::now);
}

void RunReport::show_status() {
  console_.line(printable(status_line(live(0))), Level::info, When::now);
}

void RunReport::detail(const std::string& text) {
  if (options_.verbose) console_.line(printable(text), Level::detail, When::now);
}

void RunReport::progress(ProgressState state, Instant now) {
  state.settled = tally_.total();
  state.fetched = tally_.fetched();
  state.saved = tally_.fetched_files();
  state.saved_bytes = tally_.fetched_bytes();
  pace_.note(state, now);
  publish(state, now);
  const auto text = progress_.due(live_, now, Console::columns());
  if (!text) return;
  if (progress_.style() == Progress::Style::bar) {
    console_.bar(*text);
  } else {
    console_.line(*text, Level::info, When::now);
  }
}

Duration RunReport::progress_interval() const {
  return progress_.style() == Progress::Style::bar ? Progress::kBarInterval : kLiveInterval;
}

void RunReport::publish(const ProgressState& state, Instant now) {
  const std::lock_guard lock(live_mutex_);
  live_.began = start_;
  live_.as_of = now;
  live_.saved = tally_.count(Status::saved);
  live_.kept = tally_.count(Status::kept);
  live_.skipped = tally_.count(Status::skipped);
  live_.failed = tally_.count(Status::failed);
  live_.failed_before = tally_.old_failures().all;
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto index = static_cast<std::size_t>(i);
    live_.failed_by_class[index] = tally_.failed_as(static_cast<ErrorClass>(i));
  }
  live_.saved_bytes = tally_.bytes();
  live_.received_bytes = state.bytes;
  live_.wasted_bytes = state.wasted;
  live_.links_per_second = pace_.links_per_second();
  live_.bytes_per_second = pace_.bytes_per_second();
  live_.total = state.total;
  const auto total_bytes = pace_.total_bytes();
  live_.total_bytes = total_bytes ? std::optional(total_bytes->bytes) : std::nullopt;
  live_.total_bytes_exact = total_bytes && total_bytes->exact;
  live_.time_left = pace_.time_left();
  live_.in_flight = state.in_flight;
  live_.held = state.held;
  live_.hosts_waiting = state.hosts_waiting;
  live_.longest_wait = state.longest_wait;
  live_.everything_waits = state.everything_waits;
  live_.paused = state.paused;
  live_.nodes = state.nodes;
}

LiveReport RunReport::publish_end(const ProgressState& state, Instant now) {
  publish(state, now);
  {
    const std::lock_guard lock(live_mutex_);
    live_.time_left.reset();
    live_.total_bytes.reset();
  }
  return live(0);
}

LiveReport RunReport::live(std::size_t failures) const {
  const std::lock_guard lock(live_mutex_);
  LiveReport live = live_;
  live.last_failures = last_failures_.last(failures);
  return live;
}

void RunReport::flush() {
  if (!results_ || results_error_ != 0) return;
  results_error_ = results_->flush();
  if (results_error_ != 0) lost_records_ = results_->unwritten();
}

void RunReport::finish(Instant now, bool well) {
  console_.clear_bar();
  if (!well) show_held();
  if (options_.quiet) {
    // Else nothing would say why.
    if (options_.max_failed.exceeded_by(tally_) && tally_.old_failures().all > 0) {
      console_.line(old_failures_line(tally_));
    }
    return;
  }
  for (const auto& line : summary_lines(tally_, now - start_, options_.place)) {
    console_.line(line);
  }
}

}  // namespace fanfetch
