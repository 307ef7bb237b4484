#include "coordinator/options/apply_option.h"

#include <unistd.h>

#include <cerrno>
#include <limits>

#include "common/url.h"
#include "common/url_text.h"
#include "coordinator/fleet/result_entry.h"
#include "coordinator/link/request_header.h"

namespace fanfetch {
namespace {

// A job holds them beside its URL and headers, and must fit into its slot
// (common/channel/layout.h).
constexpr std::size_t kMaxUserAgentBytes = 512;
constexpr std::size_t kMaxProxyBytes = 1024;
constexpr std::size_t kMaxAcceptTypesBytes = 128;
/// More would not get their turn before a look-up is given up.
constexpr std::size_t kMaxDnsServers = 8;

/// The URL to fetch, which an option without its value has taken for that.
Result<> check_no_url(const std::string& value, std::string_view what) {
  const std::string scheme = written_scheme(value);
  if (scheme != "http" && scheme != "https") return {};
  return fail("'{}' is a URL, and no {}: the value is missing", mask_userinfo(value), what);
}

}  // namespace

Result<> store_text(std::string& target, Values values) {
  if (values[0].empty()) return fail("its value is empty");
  target = values[0];
  return {};
}

Result<> store_path(std::string& target, Values values) {
  if (!written_scheme(values[0]).empty()) {
    return fail("'{}' is no path: fanfetch writes to this machine's files alone",
                mask_userinfo(values[0]));
  }
  return store_text(target, values);
}

Result<> store_no_url(std::string& target, Values values, std::string_view what) {
  if (auto checked = check_no_url(values[0], what); !checked) return checked;
  return store_text(target, values);
}

Result<> add_extensions(std::vector<std::string>& target, Values values) {
  for (auto& extension : parse_extensions(values[0])) target.push_back(std::move(extension));
  return {};
}

Result<> apply_worker_memory(Options& options, Values values) {
  constexpr std::uint64_t kLeast = std::uint64_t{32} << 20;  // three times what an idle one takes
  if (auto stored = store(options.worker_memory, parse_size(values[0])); !stored) return stored;
  if (options.worker_memory == 0 || options.worker_memory >= kLeast) return {};
  return fail("a worker needs 32M; '{}' is less", values[0]);
}

Result<> apply_host_limit(Options& options, Values values) {
  auto limit = parse_host_limit(values[0]);
  if (!limit) return tl::unexpected(std::move(limit.error()));
  put_limit(options.host_limits, std::move(*limit));
  if (options.host_limits.size() > kMaxHostLimits) {
    return fail("there are more than {} hosts with limits of their own", kMaxHostLimits);
  }
  return {};
}

Result<> apply_pages(Options& options, Values values) {
  options.source.pages_given = true;
  if (values[0] == "all") {
    options.source.pages = std::numeric_limits<int>::max();
    return {};
  }
  return store_count(options.source.pages, values, 1, 1'000'000);
}

Result<> apply_format(Options& options, Values values) {
  options.source.format = list_format(values[0]);
  if (!options.source.format)
    return fail("'{}' is none of text, csv, tsv, jsonl, json, aria2", values[0]);
  return {};
}

Result<> apply_min_speed(Options& options, Values values) {
  const auto speed = parse_size(values[0]);
  if (!speed) return tl::unexpected(speed.error());
  if (*speed > std::numeric_limits<std::uint32_t>::max()) {
    return fail("'{}' is 4G a second or more", values[0]);
  }
  options.job.min_speed = static_cast<std::uint32_t>(*speed);
  return {};
}

Result<> apply_connect_timeout(Options& options, Values values) {
  const auto time = parse_time(values[0]);
  if (!time) return tl::unexpected(time.error());
  options.job.connect_timeout = options.route.lookup_timeout = *time;
  return {};
}

Result<> apply_stall_timeout(Options& options, Values values) {
  const auto time = parse_time(values[0]);
  if (!time) return tl::unexpected(time.error());
  options.job.stall_timeout = std::chrono::ceil<std::chrono::seconds>(*time);
  return {};
}

Result<> apply_header(Options& options, Values values) {
  if (auto checked = check_no_url(values[0], "header"); !checked) return checked;
  auto headers = read_headers(values[0]);
  if (!headers) return tl::unexpected(headers.error());
  for (auto& header : *headers) {
    if (is_secret_header(header)) {
      return fail("{} would go to every host of the list; name its host: --header-for HOST ...",
                  header.substr(0, header.find(':')));
    }
    options.job.headers.push_back(std::move(header));
  }
  return {};
}

Result<> apply_header_for(Options& options, Values values) {
  for (const auto& value : values) {
    if (auto checked = check_no_url(value, &value == &values[0] ? "host" : "header"); !checked) {
      return checked;
    }
  }
  const auto host = parse_host(values[0]);
  if (!host) return tl::unexpected(host.error());
  auto headers = read_headers(values[1]);
  if (!headers) return tl::unexpected(headers.error());
  for (auto& header : *headers) {
    options.job.host_headers.push_back({host->host, std::move(header), host->port});
  }
  return {};
}

Result<> apply_user_agent(Options& options, Values values) {
  if (auto checked = check_no_url(values[0], "user agent"); !checked) return checked;
  if (!is_header_text(values[0])) return fail("it has a control character");
  if (values[0].size() > kMaxUserAgentBytes) {
    return fail("it is longer than {} bytes", kMaxUserAgentBytes);
  }
  options.job.user_agent = values[0];
  return {};
}

Result<> apply_proxy(Options& options, Values values) {
  const std::string& proxy = values[0];
  if (!is_header_text(proxy) || proxy.find(' ') != std::string::npos) {
    return fail("it has a blank or a control character");
  }
  if (proxy.size() > kMaxProxyBytes) return fail("it is longer than {} bytes", kMaxProxyBytes);
  if (!proxy.empty()) {  // else none at all
    if (const auto parsed = parse_proxy(proxy); !parsed) return tl::unexpected(parsed.error());
  }
  options.route.proxy = proxy;
  return {};
}

Result<> apply_allow_net(Options& options, Values values) {
  return store(options.route.policy.allowed_nets.emplace_back(), parse_cidr(values[0]));
}

Result<> apply_dns(Options& options, Values values) {
  auto servers = parse_dns_servers(values[0]);
  if (!servers) return tl::unexpected(servers.error());
  for (const IpEndpoint& server : *servers) options.route.dns_servers.push_back(server);
  if (options.route.dns_servers.size() > kMaxDnsServers) {
    return fail("it names more than {} servers", kMaxDnsServers);
  }
  return {};
}

Result<> apply_family(Options& options, Values values, AddressFamily family) {
  return store_flag(options.route.family, values, family, AddressFamily::any);
}

Result<> apply_cacert(Options& options, Values values) {
  if (::access(values[0].c_str(), R_OK) != 0) {
    return fail("cannot read {}: {}", values[0], errno_text(errno));
  }
  return store_text(options.tls.ca_file, values);
}

Result<> apply_api_base(Options& options, Values values) {
  std::string base = values[0];
  while (base.ends_with('/')) base.pop_back();
  const auto url = parse_url(base);
  if (!url) return fail("{}", url.error().message);
  if (base.find_first_of("?#") != std::string::npos) return fail("it has a query or a fragment");
  options.source.api_base = std::move(base);
  return {};
}

Result<> apply_hash(Options& options, Values values) {
  if (values[0] != "sha256" && values[0] != "none") {
    return fail("'{}' is neither sha256 nor none", values[0]);
  }
  const HashContent hash = values[0] == "none" ? HashContent::no : HashContent::yes;
  options.job.hash_content = options.resume.hash_content = hash;
  return {};
}

Result<> apply_check(Options& options, Values values) {
  if (values[0] != "content" && values[0] != "none") {
    return fail("'{}' is neither content nor none", values[0]);
  }
  options.job.check = values[0] == "none" ? CheckContent::no : CheckContent::yes;
  return {};
}

Result<> apply_sandbox(Options& options, Values values) {
  static constexpr std::pair<std::string_view, SandboxChoice> kChoices[] = {
      {"auto", SandboxChoice::automatic},
      {"require", SandboxChoice::require},
      {"off", SandboxChoice::off}};
  for (const auto& [word, choice] : kChoices) {
    if (values[0] != word) continue;
    options.sandbox = choice;
    return {};
  }
  return fail("'{}' is none of auto, require and off", values[0]);
}

Result<> apply_retry_failed(Options& options, Values values) {
  auto parsed = parse_retry_failed(values[0]);
  return store(options.resume.retry_failed, std::move(parsed));
}

Result<> apply_max_failed(Options& options, Values values) {
  static constexpr std::string_view kOnlyNew = "new:";
  MaxFailed most{.only_new = values[0].starts_with(kOnlyNew)};
  const std::string number = values[0].substr(most.only_new ? kOnlyNew.size() : 0);
  auto stored =
      number.ends_with('%')
          ? store(most.percent, parse_percent(number))
          : store(most.count, parse_count(number, 0, std::numeric_limits<std::uint64_t>::max()));
  if (stored) options.max_failed = most;
  return stored;
}

Result<> apply_metrics(Options& options, Values values) {
  // node_exporter reads no other; and what is a list, say, is not taken for it by mistake.
  if (!values[0].ends_with(".prom") || values[0].ends_with("/.prom") || values[0] == ".prom") {
    return fail("'{}' is not the name of a file that ends with .prom", values[0]);
  }
  return store_path(options.report.metrics, values);
}

Result<> apply_progress(Options& options, Values values) {
  static constexpr std::pair<std::string_view, ProgressChoice> kChoices[] = {
      {"auto", ProgressChoice::automatic},
      {"bar", ProgressChoice::bar},
      {"plain", ProgressChoice::plain},
      {"none", ProgressChoice::none}};
  for (const auto& [word, choice] : kChoices) {
    if (values[0] != word) continue;
    options.report.progress = choice;
    return {};
  }
  return fail("'{}' is none of auto, bar, plain, none", values[0]);
}

Result<> add_source(Options& options, Values values) {
  if (values[0].empty()) return fail("its value is empty");
  options.source.words.push_back(values[0]);
  return {};
}

Result<> add_input(Options& options, Values values) {
  if (values[0].empty()) return fail("its value is empty");
  options.source.inputs.push_back(values[0]);
  return {};
}

Result<> apply_accept(Options& options, Values values) {
  options.source.accept_given = true;
  return add_extensions(options.filter.accept_extensions, values);
}

Result<> add_accept_types(Options& options, Values values) {
  auto types = parse_types(values[0]);
  if (!types) return tl::unexpected(types.error());
  std::size_t bytes = 0;
  for (auto& type : *types) options.job.accept_types.push_back(std::move(type));
  for (const auto& type : options.job.accept_types) bytes += type.size() + sizeof(std::uint32_t);
  if (bytes > kMaxAcceptTypesBytes) {
    return fail("they take more than {} bytes", kMaxAcceptTypesBytes);
  }
  return {};
}

Result<> apply_spread(Options& options, Values values) {
  auto host = parse_spread_host(values[0]);
  if (!host) return tl::unexpected(std::move(host.error()));
  put_spread(options.fleet.spread, std::move(*host));
  if (options.fleet.spread.size() <= kMostSpreadHosts) return {};
  return fail("there are more than {} hosts to spread", kMostSpreadHosts);
}

Result<> apply_fleet_job(Options& options, Values values) {
  if (!is_node_name(values[0])) {
    return fail(
        "a job's name has 1 to 64 letters, digits, '-', '_' and dots, and begins with none");
  }
  options.fleet.job = values[0];
  return {};
}

}  // namespace fanfetch
