#pragma once

#include <string>

#include "coordinator/commands/report/data/report_data.h"

namespace fanfetch {

/// A report's data, without pictures, as one JSON object for the page. Pure.
[[nodiscard]] std::string report_json(const ReportData& data);

}  // namespace fanfetch
