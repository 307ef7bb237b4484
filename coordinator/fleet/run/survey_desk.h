#pragma once

#include <chrono>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/result.h"
#include "coordinator/fleet/fleet_view.h"
#include "coordinator/fleet/run/fleet_desk.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

/// Which of `jobs` somebody looks at who has said `wanted`; who has said nothing, at the only one
/// that is not done, or the only one that there is. Error: which there are; a sentence. Pure.
[[nodiscard]] Result<std::string> job_to_survey(const std::vector<ListedJob>& jobs,
                                                const std::string& wanted);

/// How long somebody who looks waits for a Redis that is out of reach: FleetAccess::max_away.
inline constexpr std::chrono::seconds kLookerWaits{3};

/// Looks at a job, as job_to_survey() says which, and changes nothing. Waits, but not for long.
/// Exit: status kExitConfiguration: there is no such job, there are several, or a person has to
/// change something; kExitListFailed: Redis cannot be reached, or does not answer.
[[nodiscard]] tl::expected<FleetView, Exit> survey_fleet(const FleetAccess& access,
                                                         const std::string& wanted);

}  // namespace fanfetch
