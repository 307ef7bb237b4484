#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "coordinator/options/options.h"
#include "coordinator/report/run_report.h"
#include "coordinator/settle/run_measures.h"

namespace fanfetch {

// What a run tells the user while it goes on. Throws an Exit where that cannot be.

/// Drops the results of an earlier run. `options_again`: see shown_options_again(). `start`: of the
/// program. `kept_notices`: what is to be said of files that are kept.
[[nodiscard]] std::unique_ptr<RunReport> make_report(const Options& options,
                                                     const std::string& options_again,
                                                     Instant start,
                                                     std::vector<std::string> kept_notices);

/// The first metrics are written before anything is read: no download gets that name. nullopt: none
/// are wanted.
[[nodiscard]] std::optional<MetricsTarget> begin_metrics(const Options& options, RunReport& report);

}  // namespace fanfetch
