#include "coordinator/run/run_setup.h"

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "common/sandbox/lock_in.h"
#include "coordinator/listing/listing_client.h"
#include "coordinator/reading/failed_links.h"

namespace fanfetch {
namespace {

/// A listing page is small: it gets a minute at most, whatever a file may take.
constexpr std::chrono::seconds kPageTimeout{60};

/// libcurl wants at least one; 0 is "no limit".
long whole_seconds(std::chrono::milliseconds time, std::chrono::seconds most) {
  if (time.count() == 0) return static_cast<long>(most.count());
  return static_cast<long>(std::min(std::chrono::ceil<std::chrono::seconds>(time), most).count());
}

Result<JsonPointer> pointer(std::string_view option, const std::string& text) {
  auto parsed = JsonPointer::parse(text);
  if (!parsed) return fail("{}: {}", option, parsed.error().message);
  return parsed;
}

/// What the user wants to be sent to `url`, which is that of the API that the user named, `api`,
/// or one that its pages or redirects lead to.
std::vector<std::string> headers_for(const JobRules& rules, const Url& url, const Url& api,
                                     WasEncrypted was_encrypted) {
  std::vector<std::string> headers;
  if (url.origin() == api.origin()) headers = rules.headers;
  for (const auto& header : rules.host_headers) {
    if (goes_to(header, url, api, was_encrypted)) headers.push_back(header.header);
  }
  return headers;
}

/// What of its list the run takes, as told by both options; nullopt: all.
std::optional<Slice> slice_of_run(const SourceOptions& options) {
  if (!options.slice) return std::nullopt;
  return Slice{
      .number = options.slice->number, .count = options.slice->count, .by = options.slice_by};
}

/// Whether somebody sees what else a record says than how a link ended.
bool has_reader_of_records(const ShowOptions& show) {
  return !show.results.empty() || show.verbose;
}

}  // namespace

void read_failed_links(const Options& options, const std::string& ledger,
                       const std::optional<RunNaming>& earlier, std::vector<ReaderSource>& sources,
                       NameTemplate& names) {
  if (earlier) {
    if (auto parsed = NameTemplate::parse(earlier->name_template)) names = std::move(*parsed);
  }
  sources.at(0).open = [which = options.resume.retry_failed, ledger,
                        named = names.columns().size()](
                           const SourceContext& context) -> Result<std::unique_ptr<Source>> {
    auto history = History::open(ledger);
    if (!history) return tl::unexpected(std::move(history.error()));
    return std::make_unique<FailedLinks>(std::move(*history), which, named, context.notice);
  };
}

std::vector<std::string> kept_notices(const RunNaming& earlier, const RunNaming& naming) {
  std::vector<std::string> notices;
  if (earlier.name_template != naming.name_template) {
    notices.push_back(
        fmt::format("--name is not '{}' any more, as in the run before: kept files stay as they "
                    "are, under the names that they have",
                    earlier.name_template));
  }
  if (earlier.keep_columns != naming.keep_columns) {
    notices.push_back(fmt::format(
        "the run before was one with{} --keep-columns: kept files stay as they are, with{} columns "
        "in the ledger and in export",
        naming.keep_columns ? "out" : "", naming.keep_columns ? "out" : ""));
  }
  return notices;
}

std::optional<Slice> slice_to_read(const Options& options) {
  return options.reads_failed_links() ? std::nullopt : slice_of_run(options.source);
}

RunNaming run_naming(const Options& options) {
  const auto slice = slice_of_run(options.source);
  return {.name_template = options.files.name_template,
          .keep_columns = options.source.keep_columns,
          .slice = slice ? to_text(*slice) : ""};
}

bool merges_names(const Options& options, const NameTemplate& names) {
  return options.source.slice && !names.is_unique();
}

Result<> check_slice(const std::string& output, const RunNaming& earlier, const RunNaming& now) {
  if (earlier.slice == now.slice) return {};
  const auto told = [](const std::string& slice) {
    return slice.empty() ? "without --slice" : "with --slice " + slice;
  };
  return fail(
      "'{}' was begun {}, and this run is one {}: each slice has a folder of its own, -o DIR",
      output, told(earlier.slice), told(now.slice));
}

Result<SourceContext> source_context(const Options& options, const TlsBytes& tls,
                                     const NameTemplate& names, int stop_fd) {
  const SourceOptions& source = options.source;
  auto links_at = pointer("--links-at", source.links_at.value_or("/url"));
  if (!links_at) return tl::unexpected(links_at.error());
  std::optional<JsonPointer> next_at;
  if (source.next_at) {
    auto parsed = pointer("--next-at", *source.next_at);
    if (!parsed) return tl::unexpected(parsed.error());
    next_at = std::move(*parsed);
  }
  auto client = std::make_shared<ListingClient>(ListingOptions{
      .user_agent = options.job.user_agent,
      .proxy = options.route.proxy,
      .tls = tls,
      .verify_tls = options.job.verify_tls == VerifyTls::yes,
      .policy = options.route.policy,
      .connect_timeout_s = whole_seconds(options.job.connect_timeout, kPageTimeout),
      .timeout_s = whole_seconds(options.job.timeout, kPageTimeout),
      .stop_fd = stop_fd,
  });
  return SourceContext{
      .stop_fd = stop_fd,
      .fetch_page = [client](const PageRequest& request) { return client->fetch(request); },
      .api_base = source.api_base,
      .client_id = source.client_id,
      .pages = source.pages,
      .albums = source.albums,
      .max_wait = options.max_wait,
      .name_given = options.files.name_given,
      .url_column = source.url_column,
      .delimiter = source.delimiter,
      .links_at = std::move(*links_at),
      .next_at = std::move(next_at),
      .columns = {.keep = source.keep_columns, .named = names.columns()},
      .headers_for = [rules = options.job](
                         const Url& url, const Url& api,
                         WasEncrypted was) { return headers_for(rules, url, api, was); }};
}

PlanContext plan_context(const Options& options, NameTemplate names) {
  const bool merged = merges_names(options, names);
  return {.names = std::move(names),
          .names_of_list = !options.files.name_given,
          .merged_names = merged,
          .resume = options.resume,
          .output = options.files.output,
          .kept_records =
              has_reader_of_records(options.report) ? KeptRecords::whole : KeptRecords::counted};
}

RunRules run_rules(const Options& options) {
  return {.dispatch = {.jobs = options.job,
                       .hosts = {.adapts = options.per_host.adapts,
                                 .rate = options.rate,
                                 .max_wait = options.max_wait,
                                 .limits = options.host_limits},
                       .retries = {.retries = options.retries, .max_wait = options.max_wait}},
          .routes = options.route,
          .max_failed = options.max_failed};
}

Settings run_settings(const Options& options, unsigned jobs) {
  return {.jobs = jobs,
          .limit_rate = options.limit_rate,
          .per_host = options.per_host,
          .rate = options.rate,
          .limits = options.limits,
          .hosts = options.host_limits};
}

HostRules host_rules(HostRules rules, const Settings& now, const Settings& begun) {
  rules.adapts = now.per_host.adapts;
  rules.rate = now.rate;
  rules.limits = now.hosts;
  // At the start, links come with what suits their source.
  const bool as_begun =
      now.per_host.limit == begun.per_host.limit && now.per_host.adapts == begun.per_host.adapts;
  rules.per_host.reset();
  if (!as_begun) rules.per_host = now.per_host.limit.value_or(PerHost::kUsual);
  return rules;
}

Result<Protections> planned_protections(const Options& options) {
  if (options.sandbox == SandboxChoice::off) return Protections{0};
  const SandboxSupport support = sandbox_support();
  const Protections planned = plan_sandbox({}, SandboxLevel::full, support).reached;
  if (options.sandbox == SandboxChoice::require && planned != protection::kAll) {
    return fail(
        "--sandbox=require: on this machine the workers' sandbox would not restrict: {}; "
        "--sandbox=auto runs with the rest of it",
        missing_protections(planned, support));
  }
  return planned;
}

PoolSettings pool_settings(const Options& options, const RunSize& size) {
  return {.workers = size.workers,
          .jobs = size.jobs,
          .worker_memory = options.worker_memory,
          .lease_limits = lease_limits(options.job.connect_timeout, options.job.stall_timeout,
                                       options.job.timeout),
          .required = options.sandbox == SandboxChoice::require ? protection::kAll : 0};
}

}  // namespace fanfetch
