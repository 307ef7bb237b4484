#pragma once

#include <string>

#include "coordinator/commands/report/data/report_data.h"

namespace fanfetch {

// The parts of a report beside its charts, as HTML. Pure. Empty: there is nothing to show.

/// The numbers that people look for first.
[[nodiscard]] std::string tiles(const ReportData& data);
/// The failures by class: how many, where, examples, and the command that tries them again.
[[nodiscard]] std::string failures_section(const ReportData& data);
/// A table of the hosts.
[[nodiscard]] std::string hosts_section(const ReportData& data);
/// Of a fleet's driver.
[[nodiscard]] std::string nodes_section(const ReportData& data);
/// Files that have the same content.
[[nodiscard]] std::string duplicates_section(const ReportData& data);
/// The sample pictures.
[[nodiscard]] std::string pictures_section(const ReportData& data);
/// A table of the runs, and what the last one was told.
[[nodiscard]] std::string runs_section(const ReportData& data);

}  // namespace fanfetch
