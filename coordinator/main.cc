// fanfetch: the coordinator, the one program that a user launches.

#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "common/utf8.h"
#include "common/write_all.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/commands/run_command.h"
#include "coordinator/coordinator.h"
#include "coordinator/dry_run.h"
#include "coordinator/exit_status.h"
#include "coordinator/net/listing_client.h"
#include "coordinator/net/tls_files.h"
#include "coordinator/options.h"
#include "coordinator/pool/cpu_count.h"
#include "coordinator/report/console.h"

namespace fanfetch {
namespace {

/// Transfers for which one more worker pays.
constexpr unsigned kJobsPerWorker = 8;

/// Thrown inside this file only: leaves with a message and a status.
struct Stop {
  int status;
  std::string message;
};

template <class T>
T or_stop(Result<T> result, int status) {
  if (!result) throw Stop{status, result.error().message};
  return std::move(*result);
}

/// Something waits on stdin: the user probably meant `fanfetch -`.
bool stdin_has_data() {
  struct stat status {};
  if (::fstat(STDIN_FILENO, &status) != 0) return false;
  if (!S_ISFIFO(status.st_mode) && !S_ISREG(status.st_mode)) return false;
  pollfd in{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return ::poll(&in, 1, 0) == 1 && (in.revents & POLLIN) != 0 &&
         (S_ISFIFO(status.st_mode) || status.st_size > 0);
}

std::vector<SourceSpec> parse_sources(const Options& options) {
  const SourceWays ways{.format = options.format, .urls_are_apis = options.links_at.has_value()};
  std::vector<SourceSpec> specs;
  for (const auto& word : options.sources) {
    if (is_command_name(word)) {
      throw Stop{kExitConfiguration,
                 fmt::format("the command comes first: fanfetch {} DIR; for a file write ./{}",
                             word, word)};
    }
    specs.push_back(or_stop(parse_source(word, ways), kExitConfiguration));
  }
  for (const auto& file : options.inputs) {
    specs.push_back(or_stop(list_spec(file, ways), kExitConfiguration));
  }
  if (!specs.empty()) return specs;
  if (options.client_id.empty()) {
    throw Stop{
        kExitConfiguration,
        fmt::format("nothing to download{}.\n"
                    "  fanfetch urls.txt   downloads a list, one URL a line\n"
                    "  fanfetch -          the same from a pipe\n"
                    "  fanfetch            downloads the Imgur gallery, with your client ID in "
                    "the environment: IMGUR_CLIENT_ID=…\n"
                    "See fanfetch --help",
                    stdin_has_data() ? ": stdin holds data that was not asked for" : "")};
  }
  return {SourceSpec{SourceSpec::Kind::imgur, ""}};
}

/// Bare `imgur` is the tutorial's job: its JPEGs, no GIF and no album.
FilterRules rules_for(const SourceSpec& spec, const Options& options) {
  FilterRules rules{options.accept, options.reject, options.accept_regex, options.reject_regex};
  if (spec.is_bare_imgur() && !options.accept_given) {
    rules.accept_extensions = {"jpg"};
  }
  return rules;
}

unsigned host_limit(const SourceSpec& spec, const PerHost& per_host) {
  return per_host.most.value_or(spec.kind == SourceSpec::Kind::imgur ? PerHost::kUsualForImgur
                                                                     : PerHost::kUsual);
}

std::vector<ReaderSource> plan_sources(const Options& options) {
  std::vector<ReaderSource> sources;
  for (auto& spec : parse_sources(options)) {
    if (spec.kind == SourceSpec::Kind::imgur && options.client_id.empty()) {
      throw Stop{kExitConfiguration,
                 "Imgur needs a client ID: set IMGUR_CLIENT_ID in the environment, or use "
                 "--client-id-file FILE"};
    }
    auto filter = or_stop(LinkFilter::make(rules_for(spec, options)), kExitConfiguration);
    const unsigned limit = host_limit(spec, options.per_host);
    sources.push_back({std::move(spec), std::move(filter), limit});
  }
  return sources;
}

std::string ca_file(const Options& options) {
  if (!options.cacert.empty()) return options.cacert;
  const char* built_in = curl_version_info(CURLVERSION_NOW)->cainfo;
  return built_in != nullptr ? built_in : "";
}

const std::string& key_file(const Options& options) {
  return options.key.empty() ? options.cert : options.key;
}

void check_tls_files(const Options& options) {
  Result<> good;
  if (!options.cacert.empty()) good = check_ca_file(options.cacert);
  if (good && !options.cert.empty()) {
    good = check_client_certificate(options.cert, key_file(options));
  }
  if (!good) throw Stop{kExitConfiguration, good.error().message};
}

/// A listing page is small: it gets a minute at most, whatever a file may take.
constexpr std::chrono::seconds kPageTimeout{60};

/// libcurl wants at least one; 0 is "no limit".
long whole_seconds(std::chrono::milliseconds time, std::chrono::seconds most) {
  if (time.count() == 0) return static_cast<long>(most.count());
  return static_cast<long>(std::min(std::chrono::ceil<std::chrono::seconds>(time), most).count());
}

JsonPointer pointer(std::string_view option, const std::string& text) {
  auto parsed = JsonPointer::parse(text);
  if (!parsed) {
    throw Stop{kExitConfiguration, fmt::format("{}: {}", option, parsed.error().message)};
  }
  return std::move(*parsed);
}

/// What the user wants to be sent to `url`, which is of the origin that the user named.
std::vector<std::string> headers_for(const Options& options, const Url& url) {
  std::vector<std::string> headers = options.headers;
  for (const auto& [host, header] : options.host_headers) {
    if (host == url.host) headers.push_back(header);
  }
  return headers;
}

/// `options` is lent.
SourceContext source_context(const Options& options, const NameTemplate& names, int stop_fd) {
  auto client = std::make_shared<ListingClient>(ListingOptions{
      .user_agent = options.user_agent,
      .proxy = options.proxy_given ? std::optional(options.proxy) : std::nullopt,
      .ca_file = ca_file(options),
      .cert_file = options.cert,
      .key_file = key_file(options),
      .verify_tls = options.verify_tls == VerifyTls::yes,
      .connect_timeout_s = whole_seconds(options.connect_timeout, kPageTimeout),
      .timeout_s = whole_seconds(options.timeout, kPageTimeout),
      .stop_fd = stop_fd,
  });
  return {.stop_fd = stop_fd,
          .fetch_page = [client](const PageRequest& request) { return client->fetch(request); },
          .api_base = options.api_base,
          .client_id = options.client_id,
          .pages = options.pages,
          .albums = options.albums,
          .max_wait = options.max_wait,
          .url_column = options.url_column,
          .links_at = pointer("--links-at", options.links_at.value_or("/url")),
          .next_at = options.next_at ? std::optional(pointer("--next-at", *options.next_at))
                                     : std::nullopt,
          .columns = {.keep = options.keep_columns, .named = names.columns()},
          .headers_for = [&options](const Url& url) { return headers_for(options, url); }};
}

unsigned worker_count(const Options& options) {
  if (options.workers) return std::min(*options.workers, options.jobs);
  return std::min(usable_cpus(), std::max(options.jobs / kJobsPerWorker, 1u));
}

Progress::Style progress_style(const Options& options) {
  if (options.quiet) return Progress::Style::none;
  switch (options.progress) {
    case ProgressChoice::bar: return Progress::Style::bar;
    case ProgressChoice::plain: return Progress::Style::plain;
    case ProgressChoice::none: return Progress::Style::none;
    case ProgressChoice::automatic: break;
  }
  return Console::can_redraw() ? Progress::Style::bar : Progress::Style::plain;
}

/// The results replace their file at once; that must be neither a list that is still to be read nor
/// the ledger.
void refuse_results_over_input(const Options& options, const std::vector<ReaderSource>& sources) {
  if (is_own_file(options.results, options.output, ledger_path(options.output, options.ledger))) {
    throw Stop{kExitConfiguration, fmt::format("--results would overwrite '{}', which fanfetch "
                                               "keeps its books in; choose another file",
                                               options.results)};
  }
  struct stat results {};
  if (options.results == "-" || ::stat(options.results.c_str(), &results) != 0) return;
  for (const auto& source : sources) {
    struct stat list {};
    if (source.spec.kind == SourceSpec::Kind::list && S_ISREG(results.st_mode) &&
        ::stat(source.spec.argument.c_str(), &list) == 0 && list.st_dev == results.st_dev &&
        list.st_ino == results.st_ino) {
      throw Stop{kExitConfiguration,
                 fmt::format("--results would overwrite the list '{}'; choose another file",
                             source.spec.argument)};
    }
  }
}

std::optional<JsonlLog> open_results(const Options& options) {
  if (options.results.empty()) return std::nullopt;
  return or_stop(JsonlLog::open(options.results), kExitOutput);
}

RunLedger open_ledger(const Options& options) {
  auto opened = open_run_ledger(options.output, options.ledger);
  if (!opened) {
    throw Stop{opened.error().kind == OutputError::Kind::busy ? kExitBusy : kExitOutput,
               opened.error().message};
  }
  if (opened->notice) Console().line("fanfetch: " + printable(*opened->notice));
  return std::move(*opened);
}

PlanContext plan_context(const Options& options, NameTemplate names) {
  return {.names = std::move(names),
          .resume = {.refresh = options.refresh,
                     .adopt = options.adopt,
                     .trust_ledger = options.trust_ledger,
                     .retry_failed = options.retry_failed,
                     .hash_content = options.hash_content},
          .output = options.output};
}

/// Prints what a run would do, and leaves everything as it is.
int rehearse(const Options& options, std::vector<ReaderSource> sources, SourceContext context,
             NameTemplate names) {
  // An output folder that is there already has its say in the names, and its ledger in the links.
  const UniqueFd folder(::open(options.output.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  InFlight in_flight;
  PlanContext plan = plan_context(options, std::move(names));
  plan.output_fd = folder.get();
  plan.in_flight = &in_flight;
  const std::string ledger = ledger_path(options.output, options.ledger);
  if (::access(ledger.c_str(), F_OK) == 0) {
    plan.history = or_stop(History::open(ledger), kExitOutput);
    plan.seen = or_stop(SeenRows::make(std::filesystem::temp_directory_path()), kExitOutput);
  }
  Reader reader(std::move(sources), std::move(context), Planner(std::move(plan)));
  return dry_run(options, reader);
}

/// What a careless parent may have left in disorder.
void put_process_in_order() {
  // A closed stdin, stdout or stderr would be the next descriptor that anything opens. What stands
  // in for it fails as the closed one would: stdin cannot be read, the others cannot be written.
  for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    (void)::open("/dev/null",
                 fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);  // the lowest free number: fd
  }
  ::signal(SIGPIPE, SIG_IGN);  // a broken pipe is an error of one write,
  ::signal(SIGXFSZ, SIG_IGN);  // and so is a file that grows over its limit
  ::signal(SIGCHLD, SIG_DFL);  // ignored, it would hide how a worker died
  // Each transfer takes two descriptors, and idle connections one.
  rlimit files{};
  if (::getrlimit(RLIMIT_NOFILE, &files) == 0) {
    files.rlim_cur = files.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &files);  // the workers inherit it
  }
}

int run(const Options& options, Instant start) {
  auto names = or_stop(NameTemplate::parse(options.name_template), kExitConfiguration);
  auto sources = plan_sources(options);
  check_tls_files(options);
  UniqueFd stop = make_eventfd();
  auto context = source_context(options, names, stop.get());
  if (options.dry_run) {
    return rehearse(options, std::move(sources), std::move(context), std::move(names));
  }
  refuse_results_over_input(options, sources);
  RunLedger ledger = open_ledger(options);
  WorkerProgram program{.binary = or_stop(open_worker_binary(), kExitConfiguration),
                        .ca_file = ca_file(options),
                        .cert_file = options.cert,
                        .key_file = key_file(options),
                        .byte_limit = options.limit_rate,
                        .part_folder = ledger.output.part_fd(),
                        .lock = ledger.output.lock_fd()};
  auto report = std::make_unique<RunReport>(
      ReportOptions{progress_style(options), options.quiet, options.verbose, options.output},
      open_results(options), start);
  // Behind all that may still fail: a run that has begun shows in the ledger.
  const auto begun = ledger.ledger->begin_run(std::chrono::system_clock::now(), ::getpid());
  if (!begun) throw Stop{kExitOutput, begun.error().message};
  auto in_flight = std::make_unique<InFlight>();
  const FinalNameRules final_names{.fix_extension = options.fix_extension,
                                   .suggestions = names.names_by_url()};
  PlanContext plan = plan_context(options, std::move(names));
  plan.output_fd = ledger.output.fd();
  plan.history = or_stop(History::open(ledger.path), kExitOutput);
  plan.seen = or_stop(SeenRows::make(ledger.output.state_path()), kExitOutput);
  plan.run = ledger.ledger->run();
  plan.in_flight = in_flight.get();
  auto reader =
      std::make_unique<Reader>(std::move(sources), std::move(context), Planner(std::move(plan)));
  Signals::block();  // no thread exists yet; what follows does not block
  Coordinator coordinator(options, {.ledger = std::move(ledger),
                                    .program = std::move(program),
                                    .reader = std::move(reader),
                                    .in_flight = std::move(in_flight),
                                    .final_names = final_names,
                                    .stop_reader = std::move(stop),
                                    .report = std::move(report),
                                    .workers = worker_count(options)});
  const RunEnd end = coordinator.run();
  if (end.signal != 0) die_of(end.signal);
  if (end.reader_stuck) ::_exit(end.exit_status);
  return end.exit_status;
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  using namespace fanfetch;
  const Instant start = std::chrono::steady_clock::now();
  put_process_in_order();
  try {
    if (is_command(argc, argv)) return run_command(argc, argv);
    const auto options = read_options(argc, argv);
    if (!options) {
      const auto& [status, text] = options.error();
      const int error = write_all(status == 0 ? STDOUT_FILENO : STDERR_FILENO, text).second;
      return status == 0 && error != 0 ? kExitOutput : status;
    }
    curl_global_init(CURL_GLOBAL_DEFAULT);
    return run(*options, start);
  } catch (const Stop& stop) {
    Console().line("fanfetch: " + stop.message);
    return stop.status;
  } catch (const std::exception& error) {
    Console().line(std::string("fanfetch: ") + error.what());
    return kExitConfiguration;
  }
}
