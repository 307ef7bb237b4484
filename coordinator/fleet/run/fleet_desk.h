#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "coordinator/fleet/fleet_job.h"
#include "coordinator/fleet/run/desk.h"
#include "coordinator/fleet/run/fleet_line.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/process/exit.h"

namespace fanfetch {

// What a run does in Redis before anything of it is begun. These wait: for Redis as long as
// FleetAccess says, and no loop turns meanwhile but their own. Exit: status kExitConfiguration
// where a person has to change something, kExitListFailed where Redis cannot be reached.

/// What a driver's folder knows of the job.
struct FolderNote {
  /// Notes that the folder begins it. Returns whether it never did before, so that no lease of the
  /// job can be in use.
  std::function<Result<bool>()> write;
  std::function<void()> remove;
};

/// How a driver's run would spread hosts.
struct SpreadPlan {
  SpreadHosts wanted;  ///< As its user says, within the limits of hosts.
  /// Whether these limits leave room for what nodes work by. Error: they do not; a sentence.
  std::function<Result<>(const SpreadHosts&)> fits;
};

/// Begins a run of a driver: writes the job, and removes what links of an earlier run are left
/// there. `job`: its name, id, options; partitions and times count if it is new. `where`: see
/// FleetView; a job of another ID that was begun there gives its name away once its driver is gone.
/// `note`: written before anything is sent, and removed if the job turns out to be another
/// folder's. `spread`: where nodes may work by what hosts an earlier run has spread, that holds, if
/// it says nothing else of these; see joined(). Returns what holds. Exit: that, too; or these plans
/// do not go together.
[[nodiscard]] tl::expected<FleetJob, Exit> begin_job(const FleetAccess& access, FleetJob job,
                                                     const std::string& where, FolderNote note,
                                                     SpreadPlan spread, const TellUser& tell);

/// Waits until a job can be worked on: `name`'s or, if that is empty, the only one that there is.
/// `wait`: for its driver; 0: for ever. Exit: there are several; its driver is another version's;
/// status 0: it is done already.
[[nodiscard]] tl::expected<FleetJob, Exit> join_job(const FleetAccess& access,
                                                    const std::string& name,
                                                    std::chrono::milliseconds wait,
                                                    const TellUser& tell);

/// A job as kJobs answers it.
struct ListedJob {
  std::string name;
  bool is_done = false;
  std::optional<std::chrono::milliseconds> driver_quiet = {};  ///< See driver_quiet().
};
/// All jobs that can be one, by name. Trusts nothing.
[[nodiscard]] std::vector<ListedJob> listed_jobs(const RedisReply& reply);
/// Those that are not done.
[[nodiscard]] std::vector<ListedJob> open_jobs(std::vector<ListedJob> jobs);
/// `one, two (its driver is silent for 3h)`
[[nodiscard]] std::string text_of(const std::vector<ListedJob>& jobs);
/// What to say to somebody who has to choose one of `jobs`.
[[nodiscard]] std::string several_jobs(const std::vector<ListedJob>& jobs);

/// Of a hash as HGETALL answers it.
[[nodiscard]] FleetFields fields_of(const RedisReply& reply);

}  // namespace fanfetch
