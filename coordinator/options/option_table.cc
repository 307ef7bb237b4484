#include "coordinator/options/option_table.h"

#include <algorithm>

#include "coordinator/options/apply_option.h"
#include "coordinator/options/rate_plan_text.h"

namespace fanfetch {
namespace {

constexpr std::string_view kLinks = "Which links", kFiles = "Where files go",
                           kPace = "How many at once", kLimits = "When to give up",
                           kResume = "What earlier runs left", kRequests = "Requests",
                           kReports = "Reports", kFleet = "Many machines", kGeneral = "General";
constexpr auto kShort = ShortHelp::yes;
constexpr auto kLong = ShortHelp::no;
constexpr auto kOfJob = InFleet::job, kOfMachine = InFleet::machine, kOfBoth = InFleet::both,
               kOfFetching = InFleet::fetching;

// clang-format off
const OptionRow kOptions[] = {
    {"-i,--input-file", "FILE", kLinks, "read links from FILE (- is stdin); may be repeated", "", kShort,
     InConfig::yes, add_input},
    {"source", "SOURCE", kLinks, "in a configuration file only: read SOURCE unless the command line names others; may be repeated", "", kLong,
     InConfig::only, add_source},
    {"--accept", "EXT,...", kLinks, "only links whose path ends in one of these", "", kShort,
     InConfig::yes, apply_accept},
    {"--reject", "EXT,...", kLinks, "no links whose path ends in one of these", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return add_extensions(o.filter.reject_extensions, v); }},
    {"--accept-regex", "RE", kLinks, "only links whose whole URL matches (RE2)", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_text(o.filter.accept_regex, v); }},
    {"--reject-regex", "RE", kLinks, "no links whose whole URL matches (RE2)", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_text(o.filter.reject_regex, v); }},
    {"--pages", "N|all", kLinks, "pages of a listing or an API to read", "1", kShort,
     InConfig::yes, apply_pages},
    {"--accept-type", "TYPE,...", kLinks, "only answers of these types: image/*, video/mp4", "", kLong,
     InConfig::yes, add_accept_types, kOfJob},
    {"--min-size", "BYTES", kLinks, "no smaller files", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.job.min_size, parse_size(v[0])); }, kOfJob},
    {"--respect-robots-tag", "", kLinks, "nothing whose X-Robots-Tag says noai, noimageai, noindex or none", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.job.respect_robots_tag, v, true, false); }, kOfJob},
    {"--check", "content|none", kLinks, "whether what claims to be a picture, video, archive or document has to be one", "content", kLong,
     InConfig::yes, apply_check, kOfJob},
    {"--albums", "", kLinks, "open the albums of an Imgur listing into their images", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.source.albums, v, true, false); }},
    {"--format", "text|csv|tsv|jsonl|json|aria2", kLinks, "of all lists; default: by the ending (.gz and .zst too), else text", "", kLong,
     InConfig::yes, apply_format},
    {"--url-column", "NAME|N", kLinks, "column of CSV and TSV lists with the links; with its number, they need no heading", "url", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_text(o.source.url_column, v); }},
    {"--delimiter", "C", kLinks, "between the cells of CSV and TSV lists; tab is one; default: by the format and the heading", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.source.delimiter.emplace(), parse_delimiter(v[0])); }},
    {"--links-at", "POINTER", kLinks, "where JSON lines and the elements of a JSON array have their links (default: /url); makes of a URL a JSON API; * is each element", "", kLong,
     InConfig::yes, [](Options& o, Values v) { o.source.links_at = v[0]; return Result<>(); }},
    {"--next-at", "POINTER", kLinks, "where a JSON API has the URL of its next page; see --pages", "", kLong,
     InConfig::yes, [](Options& o, Values v) { o.source.next_given = true; o.source.next_at = v[0]; return Result<>(); }},
    {"--slice", "I/N", kLinks, "the I-th of N parts of the list, counted from 1: one for each of N machines, each with a folder of its own", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.source.slice.emplace(), parse_slice(v[0])); }},
    {"--slice-by", "origin|link", kLinks, "what falls to a slice: whole hosts, so that one run asks each host, or single links", "origin", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.source.slice_by, parse_slice_by(v[0])); }},
    {"--client-id-file", "FILE", kLinks, "its first line is the Imgur client ID", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.source.client_id, read_client_id(v[0])); }},
    {"--api-base", "URL", kLinks, "where the Imgur API is", "https://api.imgur.com", kLong,
     InConfig::yes, apply_api_base},

    {"-d,-o,--output", "DIR", kFiles, "folder; default: images for Imgur, else downloads", "", kShort,
     InConfig::yes, [](Options& o, Values v) { return store_path(o.files.output, v); }, kOfMachine},
    {"--name", "TEMPLATE", kFiles, "file names from {name} {stem} {ext} {host} {path} {index:08} {id} {hash:N} {col:COLUMN}",
     "{name}", kLong, InConfig::yes, [](Options& o, Values v) { o.files.name_given = true; return store_no_url(o.files.name_template, v, "name"); }, kOfJob},
    {"--fix-extension", "", kFiles, "make each name's extension fit the file's first bytes", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.files.fix_extension, v, true, false); }, kOfJob},
    {"--hash", "sha256|none", kFiles, "what is recorded of the content", "sha256", kLong,
     InConfig::yes, apply_hash, kOfJob},
    {"--dry-run", "", kFiles, "fetch nothing; print URL, tab, name (and no --results)", "", kShort,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.dry_run, v, true, false); }},

    {"-j,--jobs", "N", kPace, "transfers at once, in all", "64", kShort,
     InConfig::yes, [](Options& o, Values v) { return store_count(o.jobs, v, 1, 4096); }, kOfFetching},
    {"-w,--workers", "N", kPace, "processes; default: usable CPUs, at most jobs / 8", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_count(o.workers.emplace(), v, 1, 256); }, kOfFetching},
    {"--worker-memory", "BYTES", kPace, "replace a worker that takes more, once its transfers are done", "none", kLong,
     InConfig::yes, apply_worker_memory, kOfFetching},
    {"--per-host", "N|auto[:MAX]", kPace, "transfers at once from one host", "auto", kShort,
     InConfig::yes, [](Options& o, Values v) { return store(o.per_host, parse_per_host(v[0])); }, kOfJob},
    {"--host-limit", "HOST=N|skip", kPace, "transfers at once from that host (or host:port), or none at all of its links; may be repeated", "", kLong,
     InConfig::yes, apply_host_limit, kOfJob},
    {"--rate", "RATE", kPace, "requests to one host: 5/s, 100/m, 1000/h", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.rate, parse_rate(v[0])); }, kOfJob},
    {"--limit-rate", "BYTES/s", kPace, "of all transfers together: 500K, 2MB/s; or a timetable of local time: '08:00,512K 18:00,off', also pause", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.limit_rate, parse_rate_plan(v[0])); }, kOfFetching},

    {"--retries", "N", kLimits, "tries of a link after the first", "4", kShort,
     InConfig::yes, [](Options& o, Values v) { return store_count(o.retries, v, 0, 100); }, kOfJob},
    {"--timeout", "TIME", kLimits, "of one try: 30s, 1h30m, 2d", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.job.timeout, parse_time(v[0])); }, kOfJob},
    {"--connect-timeout", "TIME", kLimits, "for name look-up, connection and TLS", "15s", kLong,
     InConfig::yes, apply_connect_timeout, kOfJob},
    {"--stall-timeout", "TIME", kLimits, "how long a transfer may be slower than --min-speed", "30s", kLong,
     InConfig::yes, apply_stall_timeout, kOfJob},
    {"--min-speed", "BYTES/s", kLimits, "slower is stalled, see --stall-timeout", "1K", kLong,
     InConfig::yes, apply_min_speed, kOfJob},
    {"--max-wait", "TIME", kLimits, "how long a host may ask to be left alone", "10m", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.max_wait, parse_time(v[0])); }, kOfBoth},
    {"--max-size", "BYTES", kLimits, "of one file, decoded: 500K, 2MB, 1.5GiB", "10G", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.job.max_size, parse_size(v[0])); }, kOfJob},
    {"--max-duration", "TIME", kLimits, "end the run after that, resumable (exit status 6); what is in flight gets 10 s more", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.limits.max_duration, parse_time(v[0])); }, kOfMachine},
    {"--max-transfer", "BYTES", kLimits, "end the run once it has received that much (the same)", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.limits.max_transfer, parse_size(v[0])); }, kOfMachine},
    {"--min-free", "BYTES", kLimits, "end the run before less than that is free in the output folder (exit status 4)", "none", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.limits.min_free, parse_size(v[0])); }, kOfMachine},
    {"--max-failed", "N|N%|new:N|new:N%", kLimits, "failures that still count as success; new: only those that no earlier run had, % of the links that were tried", "0", kLong,
     InConfig::yes, apply_max_failed},

    {"--refresh", "", kResume, "ask the server whether saved files are still current", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.resume.refresh, v, true, false); }},
    {"--retry-failed", "CLASS,...|all|none", kResume, "which failures to try again: classes or HTTP statuses (404, 5xx); default: all but those gone for good. Without SOURCE: those in the folder's ledger", "", kLong,
     InConfig::yes, apply_retry_failed},
    {"--adopt", "", kResume, "take a file that has a link's plain name already as saved", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.resume.adopt, v, true, false); }},
    {"--trust-ledger", "", kResume, "saved files are there; do not look", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.resume.trust_ledger, v, true, false); }, kOfMachine},
    {"--state", "DIR", kResume, "keep ledger, parts, lock and control socket there, not in the output folder; on the same file system, but for fanfetch node, whose parts and lock stay beside the files. Commands take either folder", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_path(o.files.state, v); }, kOfMachine},
    {"--ledger", "FILE", kResume, "keep the ledger there, not in the output folder", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_path(o.files.ledger, v); }, kOfMachine},

    {"-H,--header", "'K: V'|@FILE", kRequests, "send to every host; may be repeated", "", kShort,
     InConfig::yes, apply_header, kOfMachine},
    {"--header-for", "HOST 'K: V'|@FILE", kRequests, "send to HOST (or HOST:PORT) only; for Authorization and Cookie", "", kLong,
     InConfig::yes, apply_header_for, kOfMachine},
    {"--user-agent", "TEXT", kRequests, "what fanfetch calls itself", FANFETCH_USER_AGENT, kLong,
     InConfig::yes, apply_user_agent, kOfJob},
    {"--proxy", "URL", kRequests, "http, https, socks5h or socks4a (socks5, socks4: the same); '' is none; "
     "default: the environment's", "", kLong,
     InConfig::yes, apply_proxy, kOfMachine},
    {"--cacert", "FILE", kRequests, "certificates to trust; default: the system's", "", kLong,
     InConfig::yes, apply_cacert, kOfMachine},
    {"--cert", "FILE", kRequests, "client certificate (PEM), for every https host that asks", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_text(o.tls.cert_file, v); }, kOfMachine},
    {"--key", "FILE", kRequests, "its private key, without password; default: in --cert FILE", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_text(o.tls.key_file, v); }, kOfMachine},
    {"--insecure", "", kRequests, "do not verify TLS certificates", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.job.verify_tls, v, VerifyTls::no, VerifyTls::yes); }, kOfMachine},
    {"--http2", "", kRequests, "speak HTTP/2 with https servers that offer it (not while a --limit-rate holds)", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.job.http2, v, Http2::yes, Http2::no); }, kOfJob},
    {"--allow-private", "", kRequests, "let links reach loopback and private addresses", "", kLong,
     InConfig::yes, [](Options& o, Values v) {
       return store_flag(o.route.policy.private_addresses, v, PrivateAddresses::allow, PrivateAddresses::refuse); }, kOfMachine},
    {"--allow-net", "CIDR", kRequests, "let links reach these addresses, even link-local ones; may be repeated", "", kLong,
     InConfig::yes, apply_allow_net, kOfMachine},
    {"--dns", "SERVER,...", kRequests, "look hosts up there (address, or address:port); default: resolv.conf", "", kLong,
     InConfig::yes, apply_dns, kOfMachine},
    {"-4,--ipv4", "", kRequests, "use IPv4 addresses only", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return apply_family(o, v, AddressFamily::v4); }, kOfMachine},
    {"-6,--ipv6", "", kRequests, "use IPv6 addresses only", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return apply_family(o, v, AddressFamily::v6); }, kOfMachine},

    {"--results", "FILE", kReports, "write one JSON object a link; - is stdout", "", kShort,
     InConfig::yes, [](Options& o, Values v) { return store_path(o.report.results, v); }, kOfMachine},
    {"--metrics", "FILE", kReports, "keep FILE.prom up to date for Prometheus' node_exporter", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return apply_metrics(o, v); }, kOfMachine},
    {"--keep-columns", "", kReports, "records get the list's own columns too, src_NAME where names clash", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.source.keep_columns, v, true, false); }},
    {"--progress", "auto|bar|plain|none", kReports, "auto: a bar on a terminal, else lines", "auto", kLong,
     InConfig::yes, apply_progress, kOfMachine},
    {"-q,--quiet", "", kReports, "print errors only", "", kShort,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.report.quiet, v, true, false); }, kOfMachine},
    {"-v,--verbose", "", kReports, "print more", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_flag(o.report.verbose, v, true, false); }, kOfMachine},

    {"--fleet", "URL", kFleet, "share the list among the machines that run fanfetch node, by this Redis: redis[s]://HOST[:PORT][/DB], redis+sentinel://HOST,.../NAME", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.fleet.address.emplace(), parse_redis_address(v[0])); }, kOfMachine},
    {"--fleet-job", "NAME", kFleet, "what the list is called there; default: its file's name", "", kLong,
     InConfig::yes, apply_fleet_job, kOfMachine},
    {"--fleet-auth-file", "FILE", kFleet, "holds [USER:]PASSWORD of that Redis; default: the environment's FANFETCH_FLEET_AUTH", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_path(o.fleet.auth_file, v); }, kOfMachine},
    {"--fleet-cacert", "FILE", kFleet, "certificates to trust in rediss://; default: the system's", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store_path(o.fleet.ca_file, v); }, kOfMachine},
    {"--spread", "HOST[=N]", kFleet, "that host (or host:port) is too big for one machine: several share it, in N pieces of its links, each with its part of the host's limits; may be repeated; default: 8 pieces, no more than --per-host; by itself once a host has had more links than one machine's share for five minutes; HOST=1: never", "", kLong,
     InConfig::yes, apply_spread, kOfJob},
    {"--wait", "TIME", kFleet, "how long fanfetch node waits for its job's driver; default: for ever", "", kLong,
     InConfig::yes, [](Options& o, Values v) { return store(o.fleet.wait, parse_time(v[0])); }, kOfMachine},

    {"--sandbox", "auto|require|off", kGeneral, "lock workers in: as far as this machine can do it, as a whole or not run, or not at all", "auto", kLong,
     InConfig::yes, apply_sandbox, kOfMachine},
    {"--config", "FILE", kGeneral, "read options from FILE: name = value", "", kLong, InConfig::no, nullptr, kOfMachine},
    {"--no-config", "", kGeneral, "read no configuration file", "", kLong, InConfig::no, nullptr, kOfMachine},
    {"-h,--help", "", kGeneral, "show the options used most", "", kLong, InConfig::no, nullptr, kOfMachine},
    {"--help-all", "", kGeneral, "show every option", "", kShort, InConfig::no, nullptr, kOfMachine},
    {"--version", "", kGeneral, "show the version, its libraries and how far this machine locks workers in", "", kLong, InConfig::no, nullptr, kOfMachine},
};
// clang-format on

}  // namespace

int OptionRow::value_count() const {
  if (value.empty()) return 0;
  return value.starts_with("HOST ") ? 2 : 1;
}

std::string_view OptionRow::main_name() const {
  return names.substr(names.rfind(',') + 1);  // npos + 1 is 0
}

std::string_view OptionRow::long_name() const {
  const std::string_view name = main_name();
  return name.substr(std::min(name.find_first_not_of('-'), name.size()));
}

bool is_needed_again(const OptionRow& row) {
  static constexpr std::string_view kOthers[] = {"--accept-type",        "--min-size", "--check",
                                                 "--respect-robots-tag", "--sandbox",  "--config",
                                                 "--no-config"};
  return row.group == kPace || row.group == kLimits || row.group == kRequests ||
         std::ranges::find(kOthers, row.main_name()) != std::end(kOthers);
}

bool is_of_job(const OptionRow& row) {
  return row.in_fleet == InFleet::job || row.in_fleet == InFleet::both;
}

bool is_of_node(const OptionRow& row) {
  return row.in_fleet != InFleet::job && row.in_fleet != InFleet::driver;
}

std::span<const OptionRow> option_table() { return kOptions; }

const OptionRow* find_option(std::string_view long_name) {
  const auto found =
      std::find_if(std::begin(kOptions), std::end(kOptions),
                   [&](const OptionRow& row) { return row.long_name() == long_name; });
  return found == std::end(kOptions) ? nullptr : &*found;
}

}  // namespace fanfetch
