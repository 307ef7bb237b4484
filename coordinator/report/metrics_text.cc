#include "coordinator/report/metrics_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "common/utf8.h"

namespace fanfetch {
namespace {

/// Those that have a series each: RFC 9110's, and what proxies and load balancers send.
constexpr int kStatuses[] = {400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412,
                             413, 414, 415, 416, 417, 421, 422, 425, 426, 429, 431, 451, 500,
                             501, 502, 503, 504, 505, 507, 508, 511, 520, 521, 522, 523, 524};

/// The label of a failure's status: itself, `other`, or empty where it had none.
std::string status_label(int status) {
  if (status == 0) return "";
  return std::ranges::binary_search(kStatuses, status) ? fmt::to_string(status) : "other";
}

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

double seconds(WallTime time) {
  using std::chrono::milliseconds;
  return static_cast<double>(
             std::chrono::duration_cast<milliseconds>(time.time_since_epoch()).count()) /
         1000;
}

/// Puts the text together, a metric at a time.
class Text {
 public:
  explicit Text(const std::string& output) : text_(kMetricsBegin), output_(metrics_label(output)) {}

  void metric(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    text_ += fmt::format("# HELP {0} {2}\n# TYPE {0} {1}\n", name, type, help);
  }
  template <class Number>
  void sample(Number value, std::string_view suffix = "", std::string_view more_labels = "") {
    text_ += fmt::format("{}{}{{output=\"{}\"{}{}}} {}\n", name_, suffix, output_,
                         more_labels.empty() ? "" : ",", more_labels, value);
  }
  template <class Number>
  void single(std::string_view name, std::string_view type, Number value, std::string_view help) {
    metric(name, type, help);
    sample(value);
  }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
  const std::string output_;
  std::string name_;
};

void add_links(Text& text, const LiveReport& live) {
  text.metric("fanfetch_links_total", "counter", "Links that are done, by what became of them.");
  const std::pair<Status, std::uint64_t> counts[] = {{Status::saved, live.saved},
                                                     {Status::kept, live.kept},
                                                     {Status::skipped, live.skipped},
                                                     {Status::failed, live.failed}};
  for (const auto& [status, count] : counts) {
    text.sample(count, "", fmt::format("status=\"{}\"", name(status)));
  }
  text.single("fanfetch_new_failures_total", "counter",
              live.failed - std::min(live.failed, live.failed_before),
              "Links that failed and had not failed in an earlier run.");
}

/// The counts by class are the live report's; those that came with a status, what was measured.
void add_failures(Text& text, const LiveReport& live, const HostSums& measured) {
  std::map<std::pair<std::size_t, std::string>, std::uint64_t> by_kind;
  std::array<std::uint64_t, kErrorClasses> without_status = live.failed_by_class;
  for (const FailureKind& kind : measured.failures) {
    if (kind.http_status == 0) continue;
    const auto error = static_cast<std::size_t>(kind.error);
    by_kind[{error, status_label(kind.http_status)}] += kind.count;
    without_status[error] -= std::min(without_status[error], kind.count);
  }
  for (std::size_t error = 0; error < without_status.size(); ++error) {
    if (without_status[error] > 0) by_kind[{error, ""}] = without_status[error];
  }
  text.metric("fanfetch_failures_total", "counter",
              "Links that failed, by class and HTTP status, which is empty where it is not the "
              "reason.");
  for (const auto& [kind, count] : by_kind) {
    text.sample(count, "",
                fmt::format("class=\"{}\",http_status=\"{}\"",
                            name(static_cast<ErrorClass>(kind.first)), kind.second));
  }
}

void add_transfers(Text& text, const LiveReport& live, const HostSums& measured) {
  text.single("fanfetch_saved_bytes_total", "counter", live.saved_bytes,
              "Size of the files that were saved.");
  // Together they only grow: bytes of a try that fails go from the one to the other.
  text.single("fanfetch_received_bytes_total", "counter", live.received_bytes + live.wasted_bytes,
              "Bytes of bodies that came, also of failed tries.");
  text.single("fanfetch_wasted_bytes_total", "counter", live.wasted_bytes,
              "Bytes of bodies of failed tries that no part file keeps.");
  text.single("fanfetch_requests_total", "counter", measured.requests,
              "Requests for links that are done, with those of retries and redirects.");
  text.single("fanfetch_retries_total", "counter", measured.retries,
              "Attempts after the first one of a link.");
  const FirstByteTimes& times = measured.first_byte;
  text.metric("fanfetch_first_byte_seconds", "histogram",
              "From sending a request to the first byte of its response, of each link's last "
              "attempt.");
  std::uint64_t count = 0;
  for (std::size_t index = 0; index < FirstByteTimes::kBounds.size(); ++index) {
    count += times.in_bucket(index);
    text.sample(count, "_bucket",
                fmt::format("le=\"{}\"", seconds(Duration(FirstByteTimes::kBounds[index]))));
  }
  text.sample(times.count(), "_bucket", "le=\"+Inf\"");
  text.sample(seconds(Duration(times.sum())), "_sum");
  text.sample(times.count(), "_count");
}

void add_moment(Text& text, const LiveReport& live) {
  text.single("fanfetch_links_in_flight", "gauge", live.in_flight,
              "Links that are with a worker now.");
  text.single("fanfetch_hosts_waiting", "gauge", live.hosts_waiting,
              "Hosts with links of which none may start for a while.");
  text.single("fanfetch_longest_wait_seconds", "gauge", seconds(live.longest_wait),
              "Of these hosts, how long the last one has still to wait.");
  if (live.total) {
    text.single("fanfetch_list_links", "gauge", *live.total,
                "Links of the whole list; absent while it is being read.");
  }
  if (live.nodes) {
    text.single("fanfetch_fleet_nodes", "gauge", *live.nodes,
                "Nodes of the fleet that are there; absent where this machine fetches itself.");
  }
  if (live.time_left) {
    text.single("fanfetch_time_left_seconds", "gauge", seconds(*live.time_left),
                "Estimate of the time to the run's end; absent where there is none.");
  }
}

void add_run(Text& text, const MetricsRun& run, WallTime now) {
  text.single("fanfetch_run_active", "gauge", run.ended_at ? 0 : 1,
              "1 while the run goes on, 0 once it has ended.");
  text.single("fanfetch_run_start_timestamp_seconds", "gauge", seconds(run.started_at),
              "When the run began, since 1970.");
  if (run.ended_at) {
    text.single("fanfetch_run_end_timestamp_seconds", "gauge", seconds(*run.ended_at),
                "When the run ended, since 1970.");
    text.single("fanfetch_run_exit_status", "gauge", run.exit_status,
                "What the run ended with; 128 + n if it died of the signal n.");
  }
  text.single("fanfetch_last_update_timestamp_seconds", "gauge", seconds(now),
              "When these metrics were true, since 1970; of a run that was killed, long ago.");
}

}  // namespace

std::string metrics_text(const LiveReport& live, const HostSums& measured, const MetricsRun& run,
                         WallTime now) {
  Text text(run.output);
  add_links(text, live);
  add_failures(text, live, measured);
  add_transfers(text, live, measured);
  add_moment(text, live);
  add_run(text, run, now);
  return text.take();
}

std::string metrics_label(std::string_view value) {
  std::string label;
  for (const char c : valid_utf8(value)) {
    if (c == '\\' || c == '"') label += '\\';
    label += c == '\n' ? "\\n" : std::string(1, c);
  }
  return label;
}

}  // namespace fanfetch
