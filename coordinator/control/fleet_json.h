#pragma once

#include <optional>
#include <string_view>

#include "coordinator/fleet/fleet_view.h"
#include "coordinator/report/json_text.h"

namespace fanfetch {

/// The members of an object, from `job` on; see fleet_status_json(). All are always there.
void put_fleet(JsonText& json, const FleetView& view);
/// What the driver of a fleet says of it: an object of these, and `age_ms`, null until Redis has
/// said anything.
void put_seen_fleet(JsonText& json, const SeenFleet& fleet);

/// That object in a run's answer to a status request. nullopt: there is none. Pure, for bytes from
/// anybody: what is missing or of another kind is 0 or empty, and texts are as they come.
[[nodiscard]] std::optional<SeenFleet> read_seen_fleet(std::string_view line);

}  // namespace fanfetch
