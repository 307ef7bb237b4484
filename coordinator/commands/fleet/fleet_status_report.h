#pragma once

#include <string>

#include "coordinator/fleet/fleet_view.h"

namespace fanfetch {

/// For people, whole lines, safe to print.
[[nodiscard]] std::string fleet_status_text(const FleetView& view);
/// The same without the job's name, of what its driver says.
[[nodiscard]] std::string seen_fleet_text(const SeenFleet& fleet);

/// One JSON object and a newline. Every key is always there, null where unknown: `schema` (1),
/// `job`, `state` (running, paused, stopped, done), `where` (the driver's folder), `partitions`, of
/// which `owned` by some node, `backlog` (links that no node has got), `pending` (links that nodes
/// have got and not reported), `results` (that the driver has not taken), `dead_letters`, `nodes`
/// (`name`, `state`: running, paused, silent or gone, `version`, `quiet_ms` since its last sign of
/// life, `partitions`, `links`), `spread` (hosts that nodes share, `HOST=PIECES` each).
[[nodiscard]] std::string fleet_status_json(const FleetView& view);

}  // namespace fanfetch
