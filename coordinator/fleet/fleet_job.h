#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "coordinator/fleet/fleet_fields.h"
#include "coordinator/fleet/lease_rules.h"

namespace fanfetch {

/// What a node and a driver have to agree on. Another one's jobs are refused.
inline constexpr std::string_view kFleetProtocol = "2";

/// How long a host has more links than one node's share before the driver spreads it by itself.
inline constexpr std::chrono::minutes kSpreadAfter{5};

/// All that nodes know of a job before its links: what its driver keeps in Redis.
struct FleetJob {
  enum class State : std::uint8_t {
    running,
    paused,   ///< Nodes begin nothing.
    stopped,  ///< Nodes end; the driver goes on another day.
    done,     ///< Nodes end: every link has its record.
  };

  std::string name;
  std::string id;  ///< Of the driver's folder: random, and the same for all runs there.
  /// Another text once its driver has written it anew, as Redis had lost it; empty: older drivers
  /// say nothing.
  std::string born;
  State state = State::running;
  unsigned partitions = 1;
  LeaseRules rules = kLeaseRules;
  /// Options that hold for all nodes, without dashes, each with its values, in turn.
  std::vector<std::pair<std::string, std::vector<std::string>>> options;
  /// How its hosts are spread over nodes, as to_text(SpreadHosts) says it; empty: none is.
  std::string spread;
  std::chrono::milliseconds spread_after = kSpreadAfter;
  /// What the driver was told by `fanfetch set` since its run began, and holds for all nodes: names
  /// and values, in the order in which they were told.
  FleetFields settings;
};

[[nodiscard]] std::string_view name(FleetJob::State state);
/// nullopt: it is none's name.
[[nodiscard]] std::optional<FleetJob::State> job_state(std::string_view name);

/// FleetJob::options as one text, and back. Error: it is none.
[[nodiscard]] std::string options_to_bytes(const decltype(FleetJob::options)& options);
[[nodiscard]] Result<decltype(FleetJob::options)> options_from_bytes(std::string_view bytes);

/// What a name means in FleetJob::settings that is not there: as a run began.
inline constexpr std::string_view kAsBegun = "default";
/// Has `settings` hold what `told` says, the last of each name.
void add_settings(FleetFields& settings, const FleetFields& told);
/// What a node that goes by `before` is to be told, to go by `after`.
[[nodiscard]] FleetFields new_settings(const FleetFields& before, const FleetFields& after);
/// What a node that began by the job's options `begun` goes by now that they are `now`, as another
/// run of the driver has it: the limits of hosts that are others, as settings. Other options hold
/// as the node began.
[[nodiscard]] FleetFields changed_limits(const decltype(FleetJob::options)& begun,
                                         const decltype(FleetJob::options)& now);

/// Reads the fields of a job's hash, `name`'s. Trusts nothing: the numbers are possible ones.
/// Error: there is no such job (no fields), or it is another version's; a sentence.
[[nodiscard]] Result<FleetJob> decode_job(std::string name, const FleetFields& fields);

/// For how long the job's driver, whose hash that is, has given no sign of life at `now_ms` by
/// Redis' clock. It gives one every second. nullopt: unknown.
[[nodiscard]] std::optional<std::chrono::milliseconds> driver_quiet(const FleetFields& fields,
                                                                    std::int64_t now_ms);
/// More than that is as long: Redis may say anything.
inline constexpr std::chrono::milliseconds kLongestQuiet = std::chrono::hours(10 * 365 * 24);
/// A driver that has been quiet for so long is called silent.
inline constexpr std::chrono::seconds kDriverSilentAfter{10};
/// `silent for 3m 4s`; empty: it is not, or that is unknown.
[[nodiscard]] std::string silence_text(std::optional<std::chrono::milliseconds> driver_quiet);

/// What the keys of a job begin with: `ff:{NAME}:`.
[[nodiscard]] std::string key_prefix(std::string_view job);
/// The names of all jobs.
inline constexpr std::string_view kJobsKey = "ff:jobs";

/// What a list is called in a fleet where nobody says: its file's name without folders, in the
/// characters that names have; `list` where nothing is left of it.
[[nodiscard]] std::string job_name_of(std::string_view list);

}  // namespace fanfetch
