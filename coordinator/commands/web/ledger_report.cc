#include "coordinator/commands/web/ledger_report.h"

#include "coordinator/commands/folder/last_run.h"
#include "coordinator/commands/report/data/gather.h"
#include "coordinator/commands/web/report_json.h"

namespace fanfetch {

Result<RunMark> LedgerReport::look() {
  auto history = open_history(folder_);
  if (!history) return fail("{}", history.error().text);
  RunLook look = look_at_run(**history, folder_);
  if (auto error = (*history)->error()) return tl::unexpected(std::move(*error));
  if (!look.last_run) return RunMark();
  LastRun& run = *look.last_run;
  return RunMark{.run = run.number, .ended_at = run.ended_at, .state = std::move(run.state)};
}

Result<std::string> LedgerReport::read() {
  auto history = open_history(folder_);
  if (!history) return fail("{}", history.error().text);
  const auto data =
      gather_report(**history, folder_, std::chrono::system_clock::now(), {.pictures = 0});
  if (!data) return tl::unexpected(data.error());
  return report_json(*data);
}

}  // namespace fanfetch
