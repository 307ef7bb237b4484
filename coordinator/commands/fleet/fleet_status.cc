#include "coordinator/commands/fleet/fleet_status.h"

#include "coordinator/commands/fleet/fleet_status_report.h"
#include "coordinator/commands/folder/line_output.h"
#include "coordinator/fleet/run/survey_desk.h"

namespace fanfetch {

Exit run_fleet_status(const FleetStatusArguments& arguments) {
  auto access = access_of(arguments.fleet, "fanfetch-status");
  if (!access) return exit_with(kExitConfiguration, access.error().message);
  const auto view = survey_fleet(*access, arguments.fleet.job);
  if (!view) return view.error();
  LineOutput output;
  arguments.json ? output.add_data(fleet_status_json(*view))
                 : output.add_text(fleet_status_text(*view));
  if (const auto written = output.finish(); !written) {
    return exit_with(kExitOutput, written.error().message);
  }
  return {};
}

}  // namespace fanfetch
