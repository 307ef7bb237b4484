#pragma once

#include <string>
#include <string_view>

#include "coordinator/commands/report/data/report_data.h"

namespace fanfetch {

/// The whole page: one HTML file that loads nothing from anywhere, and in which nothing but our own
/// script can run. Pure. `version`: of fanfetch.
[[nodiscard]] std::string report_page(const ReportData& data, std::string_view version);

/// Whether a file that begins so is such a page. Looks at kGeneratorWithin bytes.
[[nodiscard]] bool is_report_page(std::string_view beginning);
inline constexpr std::size_t kGeneratorWithin = 1024;

}  // namespace fanfetch
