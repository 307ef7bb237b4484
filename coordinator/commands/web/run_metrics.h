#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/clock.h"
#include "common/result.h"
#include "coordinator/ledger/history.h"
#include "coordinator/report/live_report.h"

namespace fanfetch {

/// What metrics_text() takes of a run's answer to a status request. nullopt: it is no such answer.
/// Pure, for bytes from anybody.
[[nodiscard]] std::optional<LiveReport> read_live_report(std::string_view line);

/// The metrics of the last run into a folder, as --metrics writes them. `output`: the folder's
/// path; `live`: what the run says of itself, nullopt: it has ended, or does not say. What is
/// counted by host, status and time to the first byte is the ledger's, into which a run writes it
/// every 15 s. Error: the ledger cannot be read, or no run has begun.
[[nodiscard]] Result<std::string> run_metrics(History& history, const std::string& output,
                                              const std::optional<LiveReport>& live, WallTime now);

}  // namespace fanfetch
