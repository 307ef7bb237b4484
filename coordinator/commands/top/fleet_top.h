#pragma once

#include "coordinator/commands/fleet/fleet_look.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// `fanfetch top --fleet`.
struct FleetTopArguments {
  FleetLook fleet;
};

/// Shows a fleet's nodes and what waits, as its Redis has it, until the user has seen enough;
/// changes nothing there. Exit: there is no terminal, or as survey_fleet().
[[nodiscard]] Exit run_fleet_top(const FleetTopArguments& arguments);

}  // namespace fanfetch
