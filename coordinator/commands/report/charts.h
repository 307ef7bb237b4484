#pragma once

#include <string>

#include "coordinator/commands/report/data/report_data.h"

namespace fanfetch {

// Charts of a report, each a <figure> with inline SVG that grows with the page while its text keeps
// its size, and with a sentence that says the same (role=img, <title>). Pure. Empty: there is
// nothing to show.

/// Bytes a second of the last run over its time.
[[nodiscard]] std::string throughput_chart(const ReportData& data);
/// Failures of the last run over its time.
[[nodiscard]] std::string failures_chart(const ReportData& data);
/// How many saved files have what size.
[[nodiscard]] std::string sizes_chart(const ReportData& data);
/// Median and 95th percentile of the time to first byte, of the hosts with most links.
[[nodiscard]] std::string first_byte_chart(const ReportData& data);

}  // namespace fanfetch
