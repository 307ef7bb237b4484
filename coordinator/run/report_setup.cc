#include "coordinator/run/report_setup.h"

#include <filesystem>
#include <utility>

#include "coordinator/report/console.h"
#include "coordinator/run/or_exit.h"

namespace fanfetch {
namespace {

Progress::Style progress_style(const ShowOptions& options, const Look& look) {
  if (options.quiet) return Progress::Style::none;
  switch (options.progress) {
    case ProgressChoice::bar: return Progress::Style::bar;
    case ProgressChoice::plain: return Progress::Style::plain;
    case ProgressChoice::none: return Progress::Style::none;
    case ProgressChoice::automatic: break;
  }
  return look.redraws ? Progress::Style::bar : Progress::Style::plain;
}

}  // namespace

std::unique_ptr<RunReport> make_report(const Options& options, const std::string& options_again,
                                       Instant start, std::vector<std::string> kept_notices) {
  const ShowOptions& show = options.report;
  std::optional<JsonlLog> results;
  const RecordKeys keys{.node = options.fleet.role == FleetRole::driver};
  if (!show.results.empty()) results = or_exit(JsonlLog::open(show.results, keys), kExitOutput);
  const Look look = look_for(surroundings());
  return std::make_unique<RunReport>(
      ReportOptions{progress_style(show, look),
                    look,
                    show.quiet,
                    show.verbose,
                    {options.files.output, options.files.ledger, options_again, keys.node},
                    options.max_failed,
                    std::move(kept_notices)},
      std::move(results), start);
}

std::optional<MetricsTarget> begin_metrics(const Options& options, RunReport& report) {
  if (options.report.metrics.empty()) return std::nullopt;
  std::error_code none;
  MetricsTarget target{.file = MetricsFile(options.report.metrics),
                       .run = {.output = std::filesystem::canonical(options.files.output, none),
                               .started_at = std::chrono::system_clock::now()}};
  const auto written = target.file.write(metrics_text({}, {}, target.run, target.run.started_at));
  if (!written) report.warning(written.error().message + "; the run goes on, and tries again");
  return target;
}

}  // namespace fanfetch
