#include "coordinator/run/run_fleet.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <limits>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/run/node_name.h"
#include "coordinator/fleet/run/spread_limits.h"
#include "coordinator/fleet/spread_plan.h"
#include "coordinator/options/version_text.h"
#include "coordinator/report/console.h"
#include "coordinator/settle/fleet_note.h"

namespace fanfetch {
namespace {

/// Some twenty million links that wait for their partition.
constexpr std::uint64_t kMostSpoolBytes = std::uint64_t{4} << 30;

TellUser tell_user(const Options& options) {
  if (options.report.quiet) return [](const std::string&) {};
  return [console = std::make_shared<Console>(look_for(surroundings()))](const std::string& text) {
    console->line("fanfetch: " + text, Level::notice, When::now);
  };
}

/// `wanted`, `given`: the same hosts.
void tell_of_fewer_pieces(const SpreadHosts& wanted, const SpreadHosts& given,
                          const TellUser& tell) {
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const unsigned pieces = given[i].pieces;
    if (wanted[i].pieces == 1 || pieces >= std::max(wanted[i].pieces, 2u)) continue;
    tell(
        pieces == 1
            ? fmt::format("--spread {}: it is skipped, or may have one transfer at once, and so it "
                          "is not spread; see --host-limit",
                          wanted[i].host)
            : fmt::format("--spread {}: it may have {} transfers at once, and so it has {} pieces; "
                          "see --host-limit",
                          wanted[i].host, pieces, pieces));
  }
}

/// Of `held`, what nobody has said to this run: earlier ones have.
void tell_of_spread_hosts(const SpreadHosts& held, const SpreadHosts& wanted,
                          const TellUser& tell) {
  for (const SpreadHost& host : held) {
    if (std::ranges::find(wanted, host) != wanted.end() || host.pieces == 1) continue;
    tell(fmt::format("goes on with --spread {}, as nodes may work by that", to_text(host)));
  }
}

/// Link::host_limit of all links, at least: a host may be in any source.
unsigned least_limit(const std::vector<ReaderSource>& sources) {
  return std::ranges::min_element(sources, {}, &ReaderSource::host_limit)->host_limit;
}

}  // namespace

Result<FleetAccess> fleet_access(const Options& options) {
  const FleetOptions& fleet = options.fleet;
  auto authorities = fleet_authorities(*fleet.address, fleet.ca_file);
  if (!authorities) return tl::unexpected(std::move(authorities.error()));
  return FleetAccess{
      .address = *fleet.address,
      .auth = fleet.auth,
      .authorities = std::move(*authorities),
      .resolver = {.servers = options.route.dns_servers, .family = options.route.family},
      .max_away = fleet.max_away,
      .client_name = fleet.role == FleetRole::node ? "fanfetch-node" : "fanfetch-driver"};
}

tl::expected<FleetJob, Exit> join_fleet(Options& options, const FleetAccess& access) {
  auto job = join_job(access, options.fleet.job, options.fleet.wait, tell_user(options));
  if (!job) return job;
  if (auto applied = apply_options_of_job(options, job->options); !applied) {
    return tl::unexpected(
        exit_with(kExitConfiguration,
                  applied.error().message + ": driver and nodes have to be of one version"));
  }
  options.max_failed = {.count = std::numeric_limits<std::uint64_t>::max()};
  return job;
}

Result<std::vector<ReaderSource>> source_of_node() {
  auto filter = LinkFilter::make({});
  if (!filter) return tl::unexpected(std::move(filter.error()));
  std::vector<ReaderSource> sources;
  sources.push_back({{}, std::move(*filter), PerHost::kUsual});
  return sources;
}

void read_links_of(FleetNode& node, std::vector<ReaderSource>& sources) {
  sources.at(0).open = [&node](const SourceContext& context) -> Result<std::unique_ptr<Source>> {
    return std::make_unique<FleetSource>(node.door(), context.before_waiting, context.stop_fd);
  };
}

std::optional<std::string> unused_by_driver(const Options& options) {
  const FleetOptions& fleet = options.fleet;
  if (fleet.role != FleetRole::driver || fleet.unused.empty()) return std::nullopt;
  return fmt::format("the configuration's {} {} not used: a driver fetches nothing itself",
                     fmt::join(fleet.unused, ", "), fleet.unused.size() == 1 ? "is" : "are");
}

Result<> check_role(const Options& options) {
  const FleetRole role = options.fleet.role;
  const RunFolder folder = options.files.folder();
  if (role == FleetRole::driver && is_folder_of_node(folder)) {
    return fail(
        "'{}' is the folder of a fleet's node, whose files are its own: choose another one for the "
        "driver with -o",
        folder.output);
  }
  if (role == FleetRole::driver || !is_of_driver(folder)) return {};
  return fail(
      "'{}' is the folder of a fleet's driver, whose files are on the nodes: {} another "
      "folder with -o",
      folder.output, role == FleetRole::node ? "choose" : "say --fleet again, or choose");
}

std::unique_ptr<FleetNode> make_node(FleetAccess access, FleetJob job, const RunLedger& ledger) {
  const RunFolder& folder = ledger.output.names();
  return std::make_unique<FleetNode>(
      std::move(access), std::move(job),
      folder.node.empty() ? node_name(ledger.output.fd()) : folder.node,
      std::string(program_version()));
}

RunFolder folder_of_node(RunFolder folder) {
  if (!folder.state.empty()) folder.node = new_node_name();
  return folder;
}

Exit with_advice_for_nodes(Exit exit, const RunFolder& folder) {
  const bool has_none = folder.state.empty();
  if (exit.status == kExitBusy || (exit.status == kExitConfiguration && has_none)) {
    exit.text += "fanfetch: nodes that share a folder have a --state DIR each, on their own disks";
    // As the one that holds it has none either, a --state would be refused.
    if (exit.status == kExitBusy && has_none) {
      exit.text +=
          "; this folder was begun without: stop the one there, and begin all of them "
          "with a new folder";
    }
    exit.text += '\n';
  }
  return exit;
}

void plan_as_node(PlanContext& plan) {
  plan.kept_records = KeptRecords::whole;
  plan.resume.retry_failed.which = RetryFailed::Which::all;
}

tl::expected<std::unique_ptr<FleetDriver>, Exit> make_driver(
    const Options& options, FleetAccess access, const std::vector<ReaderSource>& sources,
    RunLedger& ledger) {
  const TellUser tell = tell_user(options);
  const HostRules hosts{.adapts = options.per_host.adapts,
                        .rate = options.rate,
                        .max_wait = options.max_wait,
                        .limits = options.host_limits};
  const unsigned per_host = least_limit(sources);
  const SpreadHosts wanted_spread = fitted(options.fleet.spread, hosts, per_host);
  tell_of_fewer_pieces(options.fleet.spread, wanted_spread, tell);
  FleetJob wanted{.name = options.fleet.job,
                  .id = ledger.ledger->identity(),
                  .partitions = kDefaultPartitions,
                  .options = options.fleet.of_job};
  if (wanted.name.empty()) wanted.name = job_name_of(sources.at(0).spec.argument);
  // Several runs may write to one output folder, each with a state of its own.
  const RunFolder folder = options.files.folder();
  const std::string& own = folder.state.empty() ? folder.output : folder.state;
  std::error_code error;
  const auto path = std::filesystem::canonical(own, error);
  if (error) {
    return tl::unexpected(
        exit_with(kExitOutput, fmt::format("cannot look at '{}': {}", own, error.message())));
  }
  const std::string where = fmt::format("{}:{}", machine_name(), path.string());
  FolderNote note{
      .write = [&ledger, name = wanted.name] { return note_fleet_job(ledger.output, name); },
      .remove = [&ledger, name = wanted.name] { forget_fleet_job(ledger.output, name); }};
  SpreadPlan plan{.wanted = wanted_spread, .fits = [&](const SpreadHosts& held) {
                    return check_limits(held, hosts, per_host);
                  }};
  auto job = begin_job(access, std::move(wanted), where, std::move(note), std::move(plan), tell);
  if (!job) return tl::unexpected(std::move(job.error()));
  const SpreadHosts held = spread_from_text(job->spread).value_or(SpreadHosts());
  const auto spread = joined(held, wanted_spread);
  if (!spread) {
    return tl::unexpected(exit_with(
        kExitConfiguration,
        fmt::format("job '{}' is spread otherwise since a moment ago: another program has written "
                    "to the fleet's Redis",
                    job->name)));
  }
  tell_of_spread_hosts(held, wanted_spread, tell);
  auto spool = LinkSpool::open(ledger.output.state_fd(), "spool", job->partitions, kMostSpoolBytes);
  if (!spool) return tl::unexpected(exit_with(kExitOutput, spool.error().message));
  return std::make_unique<FleetDriver>(
      std::move(access), std::move(*job), std::move(*spool),
      FleetDriver::Settings{.attempts = static_cast<unsigned>(options.retries) + 1,
                            .hosts = hosts,
                            .per_host = per_host,
                            .spread = *spread,
                            .where = where});
}

}  // namespace fanfetch
