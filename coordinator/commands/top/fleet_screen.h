#pragma once

#include <cstddef>
#include <vector>

#include "coordinator/commands/top/top_line.h"
#include "coordinator/fleet/fleet_view.h"

namespace fanfetch {

/// What waits in a fleet, and its nodes: at most `rows` lines, none wider than `columns`. Nodes
/// that need to be looked at come first; where there is no room for all, it says how many are left
/// out. Pure.
[[nodiscard]] std::vector<TopLine> fleet_lines(const FleetView& view, std::size_t rows,
                                               std::size_t columns);

/// The whole screen of `top --fleet`, as top_screen() has that of a run. Pure.
[[nodiscard]] std::vector<TopLine> fleet_screen(const FleetView& view, const TopLook& look);

}  // namespace fanfetch
