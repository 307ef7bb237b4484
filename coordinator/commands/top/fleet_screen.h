#pragma once

#include <vector>

#include "coordinator/commands/top/top_screen.h"
#include "coordinator/fleet/fleet_view.h"

namespace fanfetch {

/// The whole screen of `top --fleet`, as top_screen() has that of a run. Nodes that need to be
/// looked at come first; where there is no room for all, it says how many are left out. Pure.
[[nodiscard]] std::vector<TopLine> fleet_screen(const FleetView& view, const TopLook& look);

}  // namespace fanfetch
