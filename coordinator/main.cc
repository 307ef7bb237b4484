// fanfetch: the coordinator, the one program that a user launches.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>

#include "common/curl/curl_global.h"
#include "common/utf8.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/commands/dry_run.h"
#include "coordinator/commands/run_command.h"
#include "coordinator/options/options.h"
#include "coordinator/process/cpu_count.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/process/write_all.h"
#include "coordinator/report/console.h"
#include "coordinator/run.h"
#include "coordinator/run_setup.h"

namespace fanfetch {
namespace {

/// Transfers for which one more worker pays.
constexpr unsigned kJobsPerWorker = 8;

/// Thrown inside this file only: leaves with a message and a status.
struct Stop {
  int status;
  std::string message;
};

void or_stop(const Result<>& result, int status) {
  if (!result) throw Stop{status, result.error().message};
}

template <class T>
T or_stop(Result<T> result, int status) {
  if (!result) throw Stop{status, result.error().message};
  return std::move(*result);
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

/// Prints what a run would do, and leaves everything as it is.
int rehearse(const Options& options, std::vector<ReaderSource> sources, SourceContext context,
             NameTemplate names) {
  // An output folder that is there already has its say in the names, and its ledger in the links.
  const UniqueFd folder(::open(options.output.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  LinksInFlight links_in_flight;
  NameClaims name_claims(folder.get());
  PlanContext plan = plan_context(options, std::move(names));
  plan.output_fd = folder.get();
  plan.links_in_flight = &links_in_flight;
  plan.name_claims = &name_claims;
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
  auto sources = or_stop(plan_sources(options), kExitConfiguration);
  or_stop(check_tls_files(options), kExitConfiguration);
  UniqueFd stop = make_eventfd();
  auto context = or_stop(source_context(options, names, stop.get()), kExitConfiguration);
  if (options.dry_run) {
    return rehearse(options, std::move(sources), std::move(context), std::move(names));
  }
  refuse_results_over_input(options, sources);
  RunLedger ledger = open_ledger(options);
  WorkerProgram program{.binary = or_stop(open_worker_binary(), kExitConfiguration),
                        .arguments = {ca_file(options), options.cert, key_file(options)},
                        .descriptors = {ledger.output.part_fd(), ledger.output.lock_fd()}};
  auto report = std::make_unique<RunReport>(
      ReportOptions{progress_style(options), options.quiet, options.verbose, options.output},
      open_results(options), start);
  // Behind all that may still fail: a run that has begun shows in the ledger.
  const auto begun = ledger.ledger->begin_run(std::chrono::system_clock::now(), ::getpid());
  if (!begun) throw Stop{kExitOutput, begun.error().message};
  auto links_in_flight = std::make_unique<LinksInFlight>();
  auto name_claims = std::make_unique<NameClaims>(ledger.output.fd());
  const ContentNameRules content_names{.fix_extension = options.fix_extension,
                                       .suggestions = names.names_by_url()};
  PlanContext plan = plan_context(options, std::move(names));
  plan.output_fd = ledger.output.fd();
  plan.history = or_stop(History::open(ledger.path), kExitOutput);
  plan.seen = or_stop(SeenRows::make(ledger.output.state_path()), kExitOutput);
  plan.run = ledger.ledger->run();
  plan.links_in_flight = links_in_flight.get();
  plan.name_claims = name_claims.get();
  auto reader =
      std::make_unique<Reader>(std::move(sources), std::move(context), Planner(std::move(plan)));
  Signals::block();  // no thread exists yet; what follows does not block
  Run the_run({.rules = run_rules(options),
               .ledger = std::move(ledger),
               .program = std::move(program),
               .pool = pool_settings(options, worker_count(options)),
               .reader = std::move(reader),
               .links_in_flight = std::move(links_in_flight),
               .name_claims = std::move(name_claims),
               .content_names = content_names,
               .stop_reader = std::move(stop),
               .report = std::move(report)});
  const RunEnd end = the_run.carry_out();
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
    const CurlGlobal curl;
    return run(*options, start);
  } catch (const Stop& stop) {
    Console().line("fanfetch: " + stop.message);
    return stop.status;
  } catch (const std::exception& error) {
    Console().line(std::string("fanfetch: ") + error.what());
    return kExitConfiguration;
  }
}
