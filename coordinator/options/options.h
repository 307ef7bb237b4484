#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/dispatch/job_factory.h"
#include "coordinator/dispatch/route_finder.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/net/tls_files.h"
#include "coordinator/process/exit.h"
#include "coordinator/reading/link_filter.h"
#include "coordinator/reading/planner.h"
#include "coordinator/reading/slice.h"
#include "coordinator/redis/redis_address.h"
#include "coordinator/redis/redis_auth.h"
#include "coordinator/report/tally.h"
#include "coordinator/schedule/host_limits.h"
#include "coordinator/schedule/per_host.h"
#include "coordinator/schedule/rate_plan.h"
#include "coordinator/schedule/run_limits.h"
#include "coordinator/settle/run_folder.h"
#include "coordinator/sources/list_format.h"

namespace fanfetch {

/// Which lists to read, and how.
struct SourceOptions {
  /// SOURCE words in turn, of the command line or else of the configuration file; without a source,
  /// the Imgur gallery.
  std::vector<std::string> words;
  std::vector<std::string> inputs;   ///< `-i`: always files (or `-`), read after the words.
  std::optional<ListFormat> format;  ///< Of all lists; nullopt: by the ending of each.
  std::string url_column = "url";
  std::optional<char> delimiter;  ///< Of CSV and TSV lists; nullopt: by their formats and headings.
  std::optional<std::string> links_at, next_at;  ///< JSON pointers, not checked yet.
  /// The command line's options that count for some formats alone: `url-column`, `delimiter`,
  /// `links-at`. Those of a configuration file may be meant for other lists than today's.
  std::vector<std::string_view> of_formats;
  bool keep_columns = false;
  int pages = 1;  ///< `all`: more than any listing has.
  /// `--pages`, `--next-at`, with these sources: not by a file for those of a command line.
  bool pages_given = false, next_given = false;
  bool albums = false;
  std::string api_base = "https://api.imgur.com";  ///< No slash at the end.
  std::string client_id;       ///< From --client-id-file or IMGUR_CLIENT_ID; never printed.
  std::optional<Slice> slice;  ///< `--slice`: without `--slice-by`; nullopt: the whole list.
  SliceBy slice_by = SliceBy::origin;
  bool accept_given = false;  ///< `--accept`, even if empty: the tutorial's rule is off.
};

/// Where files and the ledger go.
struct FileOptions {
  std::string output;  ///< Empty: what suits the sources, see output_folder() in run_sources.h.
  std::string state;   ///< Empty: in the output folder.
  std::string ledger;  ///< Empty: with the rest of the state.
  std::string name_template = "{name}";
  bool name_given = false;  ///< `--name`: it wins over the names that a list gives.
  bool fix_extension = false;

  /// REQUIRES: `output` is known.
  [[nodiscard]] RunFolder folder() const {
    return {.output = output, .state = state, .ledger = ledger};
  }
};

/// Whether workers are locked in.
enum class SandboxChoice {
  automatic,  ///< As far as this machine can do it.
  require,    ///< As a whole, or there is no run.
  off,
};

enum class ProgressChoice { automatic, bar, plain, none };

/// What a run shows.
struct ShowOptions {
  std::string results;  ///< `-` is stdout; empty: no results are written.
  std::string metrics;  ///< Ends with `.prom`; empty: none are written.
  ProgressChoice progress = ProgressChoice::automatic;
  bool quiet = false;
  bool verbose = false;
};

/// Who a run is in a fleet of machines that share a list.
enum class FleetRole : std::uint8_t {
  none,    ///< It has no fleet.
  driver,  ///< Reads the list, and records what became of each link.
  node,    ///< `fanfetch node`: fetches what the driver's list brings.
};

/// The fleet that a run belongs to.
struct FleetOptions {
  FleetRole role = FleetRole::none;
  std::optional<RedisAddress> address;  ///< `--fleet`; set unless the role is `none`.
  std::string job;                      ///< Empty: by the list, or the only one that there is.
  std::string auth_file;                ///< Empty: by the environment.
  RedisAuth auth;                       ///< What that holds; never printed.
  std::string ca_file;                  ///< Empty: the system's.
  SpreadHosts spread;                   ///< Hosts that several nodes share, as was wanted.
  std::chrono::milliseconds wait{0};    ///< Of a node for its driver; 0: for ever.
  /// For which Redis may be out of reach: `--max-wait` of this machine. 0: for ever.
  std::chrono::milliseconds max_away{0};
  /// The options that were given, without dashes, which hold for all nodes (is_of_job()), each with
  /// its values, in turn.
  std::vector<std::pair<std::string, std::vector<std::string>>> of_job;
  /// Options of a machine that fetches, which a driver's configuration has; with their dashes.
  std::vector<std::string> unused;
};

/// The command line and the configuration file, read, checked and with every default filled in. One
/// part for each stage, which gets no other. What depends on the machine (workers, progress style)
/// is left open for main to decide.
struct Options {
  SourceOptions source;
  FilterRules filter;
  FileOptions files;
  ResumeOptions resume;
  JobRules job;
  RouteRules route;
  TlsFiles tls;
  ShowOptions report;
  MaxFailed max_failed;
  RunLimits limits;
  FleetOptions fleet;
  bool dry_run = false;
  SandboxChoice sandbox = SandboxChoice::automatic;

  unsigned jobs = 64;               ///< Transfers in parallel, all workers together.
  std::optional<unsigned> workers;  ///< Nullopt: as many as the machine can use.
  std::uint64_t worker_memory = 0;  ///< Bytes of one worker; 0: no limit.
  PerHost per_host;
  HostLimits host_limits;  ///< Of single hosts.
  double rate = 0;         ///< Requests a second to one host; 0: no limit.
  RatePlan limit_rate;     ///< Of all workers together.
  int retries = 4;         ///< Of a link, after the first try.
  std::chrono::milliseconds max_wait{std::chrono::minutes(10)};  ///< That a host may ask for.

  /// `--retry-failed` without a SOURCE: the links are those that failed in the folder's ledger.
  [[nodiscard]] bool reads_failed_links() const;
};

/// Reads argv, the configuration file ($XDG_CONFIG_HOME/fanfetch/config, or --config FILE, unless
/// --no-config) and the environment. The command line wins over the file, lists included. Opens no
/// other file than those named for the configuration, the client ID, headers (`@FILE`) and CAs.
/// Exit: help or the version (status 0), or a usage error (2).
/// `argv` of a node begins with its command's name, in place of the program's.
[[nodiscard]] tl::expected<Options, Exit> read_options(int argc, const char* const* argv,
                                                       FleetRole role = FleetRole::none);

/// Has a node do as its job's driver was told: `of_job` as in FleetOptions, from Redis, where
/// anybody may have written it. Error: it names an option that is none of a job's, or has a value
/// that it cannot have; as after another version's driver.
[[nodiscard]] Result<> apply_options_of_job(
    Options& options, const std::vector<std::pair<std::string, std::vector<std::string>>>& of_job);

}  // namespace fanfetch
