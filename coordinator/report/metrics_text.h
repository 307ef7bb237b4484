#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "coordinator/measure/host_sums.h"
#include "coordinator/report/live_report.h"

namespace fanfetch {

/// Which run metrics are of.
struct MetricsRun {
  /// The output folder's absolute path. A label of every metric: a machine may have several runs,
  /// each with a file of its own, and what scrapes them wants every series once.
  std::string output;
  WallTime started_at{};
  /// Once it has ended.
  std::optional<WallTime> ended_at = {};
  int exit_status = 0;  ///< Of a run that has ended; 128 + n if it dies of the signal n.
};

/// What the text begins with; a line of its own, by which a file of metrics is known.
inline constexpr std::string_view kMetricsBegin =
    "# Metrics of a run of fanfetch, which replaces this file; read by node_exporter\n";

/// All of a run's metrics in Prometheus' text format (0.0.4), from `fanfetch_links_total` on: names
/// and units by Prometheus' conventions, without time stamps. The series are bounded: by class and
/// by the statuses that are common, others together; never by host. `measured`: of all hosts. Pure.
[[nodiscard]] std::string metrics_text(const LiveReport& live, const HostSums& measured,
                                       const MetricsRun& run, WallTime now);

/// As a label's value in that format: backslash, quote and line feed escaped, UTF-8 whatever comes.
[[nodiscard]] std::string metrics_label(std::string_view value);

}  // namespace fanfetch
