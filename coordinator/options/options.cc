#include "coordinator/options/options.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>

#include "common/url_text.h"
#include "common/utf8.h"
#include "coordinator/options/config_file.h"
#include "coordinator/options/given_options.h"
#include "coordinator/options/help_text.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/option_values.h"
#include "coordinator/options/version_text.h"

namespace fanfetch {
namespace {

// They travel with every job, each with its 32-bit length (wire.h), beside a URL of up to
// kMaxUrlBytes.
constexpr std::size_t kMaxHeaderBytes = 4096;
constexpr std::size_t kHeaderOverhead = 4;

tl::unexpected<Exit> usage_error(FleetRole role, std::string_view message) {
  return tl::unexpected(
      Exit{kExitConfiguration,
           fmt::format("fanfetch: {}\nsee fanfetch {}--help\n", printable(message, 2000),
                       role == FleetRole::node ? "node " : "")});
}

/// Keeps what the driver of a fleet has to tell its nodes.
void note_option_of_job(Options& options, const OptionRow& row,
                        std::span<const std::string> values) {
  if (!is_of_job(row)) return;
  options.fleet.of_job.emplace_back(row.long_name(),
                                    std::vector<std::string>(values.begin(), values.end()));
}

Result<> apply_config_file(Options& options, const GivenOptions& line) {
  if (line.has("no-config")) {
    if (line.has("config")) return fail("--config and --no-config exclude each other");
    return {};
  }
  std::optional<std::string> path;
  if (line.has("config")) {
    path = line.given.at(find_option("config")).back();
  } else {
    path = default_config_path();
  }
  if (!path) return {};

  const auto settings = read_config(*path);
  if (!settings) return tl::unexpected(settings.error());
  const bool loudness_given = line.has("quiet") || line.has("verbose");
  const bool sources_given = !line.sources.empty() || line.has("input-file");
  for (const Setting& setting : *settings) {
    const std::string_view name = setting.option->long_name();
    if (line.has(name) || (loudness_given && (name == "quiet" || name == "verbose"))) continue;
    if (sources_given && (name == "source" || name == "input-file")) continue;
    if (options.fleet.role == FleetRole::node && !is_of_node(*setting.option)) continue;
    if (auto applied = apply_setting(options, *path, setting); !applied) return applied;
    note_option_of_job(options, *setting.option, setting.values);
    if (setting.option->in_fleet == InFleet::fetching) {
      options.fleet.unused.emplace_back(setting.option->main_name());
    }
  }
  if (sources_given) options.source.pages_given = options.source.next_given = false;
  return {};
}

Result<> apply_command_line(Options& options, const GivenOptions& line) {
  for (const OptionRow& row : option_table()) {
    const auto given = line.given.find(&row);
    if (given == line.given.end() || row.apply == nullptr) continue;
    const std::span<const std::string> values = given->second;
    const auto step = static_cast<std::size_t>(std::max(row.value_count(), 1));
    for (std::size_t i = 0; i + step <= values.size(); i += step) {
      const auto applied = row.apply(options, values.subspan(i, step));
      if (!applied) return fail("{}: {}", row.main_name(), applied.error().message);
      note_option_of_job(options, row, values.subspan(i, step));
    }
  }
  return {};
}

/// What a service manager hands over in a file (LoadCredential= of systemd). An empty one is no ID,
/// since that is how a unit leaves it open.
Result<std::string> client_id_of_credentials() {
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr || *folder == '\0') return std::string();
  const std::string path = std::string(folder) + "/imgur-client-id";
  if (::access(path.c_str(), F_OK) != 0) return std::string();
  const auto content = read_small_file(path);
  if (!content) return tl::unexpected(content.error());
  if (trimmed(*content).empty()) return std::string();
  return read_client_id(path);
}

Result<> apply_environment(Options& options) {
  if (const char* id = std::getenv("IMGUR_CLIENT_ID");
      id != nullptr && options.source.client_id.empty()) {
    options.source.client_id = trimmed(id);
    if (!is_client_id(options.source.client_id)) {
      return fail("IMGUR_CLIENT_ID has characters that no client ID has");
    }
  }
  if (options.source.client_id.empty()) {
    auto id = client_id_of_credentials();
    if (!id) return tl::unexpected(std::move(id.error()));
    options.source.client_id = std::move(*id);
  }
  for (const char* name : {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"}) {
    const char* proxy = std::getenv(name);
    if (options.route.proxy || proxy == nullptr || *proxy == '\0') continue;
    Options unused;
    const std::string value = proxy;
    const auto applied = find_option("proxy")->apply(unused, {&value, 1});
    if (!applied) return fail("{}: {}", name, applied.error().message);
  }
  const char* cas = std::getenv("SSL_CERT_FILE");
  if (cas != nullptr && cas[0] != '\0' && options.tls.ca_file.empty()) {
    const std::string value = cas;
    const auto applied = find_option("cacert")->apply(options, {&value, 1});
    if (!applied) return fail("SSL_CERT_FILE: {}", applied.error().message);
  }
  return {};
}

/// What a node is not to be told: its job's driver says it, or has no use for it.
Result<> check_node(const GivenOptions& line) {
  for (const OptionRow& row : option_table()) {
    if (!line.given.contains(&row) || is_of_node(row)) continue;
    if (is_of_job(row)) {
      return fail("{} holds for the whole fleet: give it to the driver", row.main_name());
    }
    return fail("{} is the driver's: a node takes its links from the fleet", row.main_name());
  }
  if (!line.sources.empty()) {
    return fail("a node reads no SOURCE: its links come from the fleet, '{}' does not",
                mask_userinfo(line.sources.front()));
  }
  return {};
}

/// The other options of a fleet need --fleet; and headers, which may be secrets, do not travel.
Result<> check_fleet(Options& options, const GivenOptions& line) {
  FleetOptions& fleet = options.fleet;
  const bool is_node = fleet.role == FleetRole::node;
  if (!is_node && line.has("wait"))
    return fail("--wait is for fanfetch node; --rate 1/s spaces the requests to each host out");
  if (!fleet.address) {
    if (is_node) return fail("a node needs --fleet URL: the Redis of its fleet");
    for (const char* name : {"fleet-job", "fleet-auth-file", "fleet-cacert", "spread"}) {
      if (line.has(name)) return fail("--{} needs --fleet", name);
    }
    return {};
  }
  if (!is_node) fleet.role = FleetRole::driver;
  fleet.max_away = options.max_wait;
  if (line.has("fleet-cacert") && fleet.address->tls == RedisAddress::Tls::no) {
    return fail("--fleet-cacert has no use without TLS: write rediss://");
  }
  auto auth = read_redis_auth(std::getenv("FANFETCH_FLEET_AUTH"), fleet.auth_file);
  if (!auth) return tl::unexpected(std::move(auth.error()));
  fleet.auth = std::move(*auth);
  if (is_node) return {};
  if (!options.job.headers.empty() || !options.job.host_headers.empty()) {
    return fail(
        "headers, which may be secrets, do not travel by --fleet: give -H and --header-for "
        "to each node");
  }
  for (const auto& [row, values] : line.given) {
    if (row->in_fleet != InFleet::fetching) continue;
    return fail("{} is a machine's: give it to each node", row->main_name());
  }
  options.limit_rate = {};  // of a configuration file; a timetable there may pause a run
  for (const char* name : {"refresh", "adopt"}) {
    if (line.has(name))
      return fail("--{} looks at files, which with --fleet are on the nodes", name);
  }
  return {};
}

Result<> check_together(const Options& options) {
  if (options.report.quiet && options.report.verbose)
    return fail("--quiet and --verbose exclude each other");
  if (options.source.next_at && !options.source.links_at) {
    return fail("--next-at needs --links-at: together they read the pages of a JSON API");
  }
  if (options.job.max_size != 0 && options.job.min_size > options.job.max_size) {
    return fail("--min-size is more than --max-size, so that no file could be saved");
  }
  if (!options.tls.key_file.empty() && options.tls.cert_file.empty())
    return fail("--key needs --cert");
  std::size_t common = 0;
  for (const auto& header : options.job.headers) common += header.size() + kHeaderOverhead;
  std::map<std::string_view, std::size_t> by_host = {{"", 0}};
  for (const auto& [host, header, port] : options.job.host_headers)
    by_host[host] += header.size() + kHeaderOverhead;
  for (const auto& [host, own] : by_host) {
    if (common + own <= kMaxHeaderBytes) continue;
    return fail("the headers{}{} take {} bytes in all; {} is the most", host.empty() ? "" : " for ",
                host, common + own, kMaxHeaderBytes);
  }
  return {};
}

}  // namespace

bool Options::reads_failed_links() const {
  using Which = RetryFailed::Which;
  const Which which = resume.retry_failed.which;
  return source.words.empty() && source.inputs.empty() &&
         (which == Which::all || which == Which::classes);
}

Result<> apply_options_of_job(
    Options& options, const std::vector<std::pair<std::string, std::vector<std::string>>>& of_job) {
  for (const auto& [name, values] : of_job) {
    const OptionRow* const row = find_option(name);
    const auto wanted =
        row == nullptr ? 0 : static_cast<std::size_t>(std::max(row->value_count(), 1));
    if (row == nullptr || !is_of_job(*row) || values.size() != wanted) {
      return fail("the job has an option --{} that this fanfetch does not know",
                  printable(name, 100));
    }
    if (auto applied = row->apply(options, values); !applied) {
      return fail("the job's {}: {}", row->main_name(), applied.error().message);
    }
  }
  return {};
}

tl::expected<Options, Exit> read_options(int argc, const char* const* argv, FleetRole role) {
  auto line = read_given_options(argc, argv);
  if (!line) return usage_error(role, line.error().message);
  if (line->has("help-all")) return tl::unexpected(Exit{kExitSuccess, full_help()});
  if (line->has("help")) {
    return tl::unexpected(Exit{kExitSuccess, role == FleetRole::node ? node_help() : short_help()});
  }
  if (line->has("version")) return tl::unexpected(Exit{kExitSuccess, version_text()});

  if (line->has("ipv4") && line->has("ipv6")) {
    return usage_error(role, "-4 and -6 exclude each other");
  }

  Options options;
  options.job.user_agent = FANFETCH_USER_AGENT;
  options.fleet.role = role;
  if (role == FleetRole::node) {
    if (auto checked = check_node(*line); !checked)
      return usage_error(role, checked.error().message);
  }
  const auto read = apply_config_file(options, *line)
                        .and_then([&] { return apply_command_line(options, *line); })
                        .and_then([&] { return apply_environment(options); })
                        .and_then([&] { return check_fleet(options, *line); })
                        .and_then([&] { return check_together(options); });
  if (!read) return usage_error(role, read.error().message);
  if (!line->sources.empty()) options.source.words = std::move(line->sources);
  for (const char* name : {"url-column", "delimiter", "links-at"}) {
    if (line->has(name)) options.source.of_formats.emplace_back(name);
  }
  return options;
}

}  // namespace fanfetch
