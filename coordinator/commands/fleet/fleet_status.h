#pragma once

#include "coordinator/commands/fleet/fleet_look.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// `fanfetch status --fleet`.
struct FleetStatusArguments {
  FleetLook fleet;
  bool json = false;
};

/// Prints on stdout what a fleet's Redis has of a job, and changes nothing there. Waits for Redis,
/// but not for long. Exit: as survey_fleet().
[[nodiscard]] Exit run_fleet_status(const FleetStatusArguments& arguments);

}  // namespace fanfetch
