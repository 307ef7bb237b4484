#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/clock.h"
#include "coordinator/commands/folder/last_run.h"
#include "coordinator/fleet/fleet_view.h"
#include "coordinator/measure/host_sums.h"

namespace fanfetch {

/// Counts of failures by class and HTTP status; 0: they came with none from 400 on.
using FailureCountsByKind = std::map<std::pair<std::string, int>, std::uint64_t>;

/// What the run that is going on in a folder says of itself.
struct LiveAnswer {
  std::string text;                     ///< A line for people.
  std::string json;                     ///< The whole answer, an object, without newline.
  std::optional<SeenFleet> fleet = {};  ///< Of a fleet's driver.
};

struct HostCounts {
  std::string host;  ///< Empty: links without one.
  std::uint64_t saved = 0, failed = 0;
  std::uint64_t bytes = 0;  ///< Of saved files.
  FailureCountsByKind failed_by = {};
  /// By the last run that asked this host and knows it; nullopt: none.
  std::optional<HostSums> measured = {};
};

/// Sorts hosts by how much they need to be looked at: most failures first, then those that take the
/// longest to their first byte; most links and then the names decide among equals.
void sort_by_need(std::vector<HostCounts>& hosts);

/// What is known of an output folder.
struct FolderStatus {
  std::string output;
  std::uint64_t saved = 0, failed = 0;  ///< Links.
  std::uint64_t bytes = 0;              ///< Of saved files.
  std::map<std::string, std::uint64_t> failed_by_class;
  /// Class and HTTP status of those failures that came with one, from 400 on.
  std::map<std::pair<std::string, int>, std::uint64_t> failed_by_status;
  std::optional<LastRun> last_run;
  /// What the run that is going on says of itself; nullopt: none is, or it does not say.
  std::optional<LiveAnswer> live;
  /// Who holds the folder; 0 if that process has not said, nullopt if nobody does.
  std::optional<int> held_by;
  /// In the order to print; nullopt if not asked for.
  std::optional<std::vector<HostCounts>> hosts = {};
  std::uint64_t more_hosts = 0;  ///< That `hosts` leaves out.
};

/// What `status --exit-code` ends with for a folder: the last run's status; 128 + n if it died of
/// the signal n, with SIGKILL's where nothing says how it ended; 5 while it runs; 2 if none has
/// begun; 4 if it was an older fanfetch's, which kept none.
[[nodiscard]] int exit_code_of(const FolderStatus& status);
/// The graver of two such codes.
[[nodiscard]] int graver(int one, int other);

/// For people, whole lines, safe to print.
[[nodiscard]] std::string status_text(const FolderStatus& status, WallTime now);

/// One JSON object and a newline. Every key is always there, null where unknown: `schema` (1),
/// `output`, `links`, `saved`, `failed`, `bytes`, `failed_by_class` (class → count), `held_by`
/// (pid, 0 if it has not said), `last_run` (`number`, `state`, `pid`, `started_at`, `ended_at`,
/// `duration_ms`, `saved`, `kept`, `skipped`, `failed`, of which `stood` before it, `sandbox`: its
/// `level`, full, partial or none, and what it `restricts`: calls, files, ports, peers;
/// `exit_status`, `signal`, `slice`: its `number` `of` so many `by` origin or link), `hosts`
/// (`host`, `saved`, `failed`, `bytes`, `failed_by_class`, `failed_by_status`; as measured:
/// `requests`, `retries`, `first_byte_ms`, the median, and `bytes_per_second`, of one transfer),
/// `failed_by_status` (HTTP status → count), `live` (what the run that is going on answers to a
/// status request, see fanfetch-control(7); its `fleet` has the nodes of a driver). A link without
/// a host counts for the host null.
[[nodiscard]] std::string status_json(const FolderStatus& status, WallTime now);

}  // namespace fanfetch
