#include "coordinator/run_setup.h"

#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "common/curl/curl_global.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/listing/listing_client.h"
#include "coordinator/net/tls_files.h"

namespace fanfetch {
namespace {

/// Something waits on stdin: the user probably meant `fanfetch -`.
bool stdin_has_data() {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) return false;
  if (!S_ISFIFO(status.st_mode) && !S_ISREG(status.st_mode)) return false;
  pollfd in{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&in, 1, 0) == 1 && (in.revents & POLLIN) != 0 &&
         (S_ISFIFO(status.st_mode) || status.st_size > 0);
}

Result<std::vector<SourceSpec>> parse_sources(const SourceOptions& options) {
  const SourceWays ways{.format = options.format, .urls_are_apis = options.links_at.has_value()};
  std::vector<SourceSpec> specs;
  for (const auto& word : options.words) {
    if (is_command_name(word)) {
      return fail("the command comes first: fanfetch {} DIR; for a file write ./{}", word, word);
    }
    auto spec = parse_source(word, ways);
    if (!spec) return tl::unexpected(spec.error());
    specs.push_back(std::move(*spec));
  }
  for (const auto& file : options.inputs) {
    auto spec = list_spec(file, ways);
    if (!spec) return tl::unexpected(spec.error());
    specs.push_back(std::move(*spec));
  }
  if (!specs.empty()) return specs;
  if (options.client_id.empty()) {
    return fail(
        "nothing to download{}.\n"
        "  fanfetch urls.txt   downloads a list, one URL a line\n"
        "  fanfetch -          the same from a pipe\n"
        "  fanfetch            downloads the Imgur gallery, with your client ID in "
        "the environment: IMGUR_CLIENT_ID=…\n"
        "See fanfetch --help",
        stdin_has_data() ? ": stdin holds data that was not asked for" : "");
  }
  return std::vector{SourceSpec{SourceSpec::Kind::imgur, ""}};
}

/// Bare `imgur` is the tutorial's job: its JPEGs, no GIF and no album.
FilterRules rules_for(const SourceSpec& spec, const Options& options) {
  FilterRules rules = options.filter;
  if (spec.is_bare_imgur() && !options.source.accept_given) rules.accept_extensions = {"jpg"};
  return rules;
}

unsigned host_limit(const SourceSpec& spec, const PerHost& per_host) {
  return per_host.limit.value_or(spec.kind == SourceSpec::Kind::imgur ? PerHost::kUsualForImgur
                                                                      : PerHost::kUsual);
}

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

/// What the user wants to be sent to `url`, which is of the origin that the user named.
std::vector<std::string> headers_for(const JobRules& rules, const Url& url) {
  std::vector<std::string> headers = rules.headers;
  for (const auto& [host, header] : rules.host_headers) {
    if (host == url.host) headers.push_back(header);
  }
  return headers;
}

}  // namespace

TlsFiles tls_files(const Options& options) {
  TlsFiles files = options.tls;
  if (files.ca_file.empty()) files.ca_file = built_in_ca_file();
  if (files.key_file.empty()) files.key_file = files.cert_file;
  return files;
}

Result<std::vector<ReaderSource>> plan_sources(const Options& options) {
  std::vector<ReaderSource> sources;
  auto specs = parse_sources(options.source);
  if (!specs) return tl::unexpected(specs.error());
  for (auto& spec : *specs) {
    if (spec.kind == SourceSpec::Kind::imgur && options.source.client_id.empty()) {
      return fail(
          "Imgur needs a client ID: set IMGUR_CLIENT_ID in the environment, or use "
          "--client-id-file FILE");
    }
    auto filter = LinkFilter::make(rules_for(spec, options));
    if (!filter) return tl::unexpected(filter.error());
    const unsigned limit = host_limit(spec, options.per_host);
    sources.push_back({std::move(spec), std::move(*filter), limit});
  }
  return sources;
}

Result<SourceContext> source_context(const Options& options, const NameTemplate& names,
                                     int stop_fd) {
  const SourceOptions& source = options.source;
  auto links_at = pointer("--links-at", source.links_at.value_or("/url"));
  if (!links_at) return tl::unexpected(links_at.error());
  std::optional<JsonPointer> next_at;
  if (source.next_at) {
    auto parsed = pointer("--next-at", *source.next_at);
    if (!parsed) return tl::unexpected(parsed.error());
    next_at = std::move(*parsed);
  }
  const TlsFiles tls = tls_files(options);
  auto client = std::make_shared<ListingClient>(ListingOptions{
      .user_agent = options.job.user_agent,
      .proxy = options.route.proxy,
      .ca_file = tls.ca_file,
      .cert_file = tls.cert_file,
      .key_file = tls.key_file,
      .verify_tls = options.job.verify_tls == VerifyTls::yes,
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
      .url_column = source.url_column,
      .links_at = std::move(*links_at),
      .next_at = std::move(next_at),
      .columns = {.keep = source.keep_columns, .named = names.columns()},
      .headers_for = [rules = options.job](const Url& url) { return headers_for(rules, url); }};
}

PlanContext plan_context(const Options& options, NameTemplate names) {
  return {.names = std::move(names), .resume = options.resume, .output = options.files.output};
}

RunRules run_rules(const Options& options) {
  return {.dispatch = {.jobs = options.job,
                       .hosts = {.adapts = options.per_host.adapts,
                                 .rate = options.rate,
                                 .max_wait = options.max_wait},
                       .retries = {.retries = options.retries, .max_wait = options.max_wait}},
          .routes = options.route,
          .max_failed = options.max_failed};
}

PoolSettings pool_settings(const Options& options, unsigned workers) {
  return {.workers = workers,
          .jobs = options.jobs,
          .byte_limit = options.job.limit_rate,
          .lease_limits = lease_limits(options.job.connect_timeout, options.job.stall_timeout,
                                       options.job.timeout)};
}

}  // namespace fanfetch
