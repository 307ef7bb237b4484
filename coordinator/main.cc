// fanfetch: the coordinator, the one program that a user launches.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <new>

#include "common/curl/curl_global.h"
#include "common/utf8.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/commands/dry_run.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/commands/run_command.h"
#include "coordinator/net/proxy_policy.h"
#include "coordinator/options/options.h"
#include "coordinator/options/results_file.h"
#include "coordinator/options/shown_command.h"
#include "coordinator/process/cpu_count.h"
#include "coordinator/process/exit.h"
#include "coordinator/process/notify_socket.h"
#include "coordinator/process/process_setup.h"
#include "coordinator/process/service_messages.h"
#include "coordinator/process/signals.h"
#include "coordinator/report/console.h"
#include "coordinator/run.h"
#include "coordinator/run_fleet.h"
#include "coordinator/run_setup.h"
#include "coordinator/run_sources.h"
#include "coordinator/settle/fleet_note.h"
#include "coordinator/settle/state_folder.h"

namespace fanfetch {
namespace {

/// Transfers for which one more worker pays.
constexpr unsigned kJobsPerWorker = 8;

// What makes a run impossible is thrown, as an Exit, to main() and no further.

void or_exit(const Result<>& result, ExitStatus status) {
  if (!result) throw exit_with(status, result.error().message);
}

template <class T>
T or_exit(Result<T> result, ExitStatus status) {
  if (!result) throw exit_with(status, result.error().message);
  return std::move(*result);
}

void or_exit(tl::expected<void, Exit> result) {
  if (!result) throw std::move(result.error());
}

template <class T>
T or_exit(tl::expected<T, Exit> result) {
  if (!result) throw std::move(result.error());
  return std::move(*result);
}

RunSize wanted_size(const Options& options) {
  const unsigned fit = std::min(usable_cpus(), std::max(options.jobs / kJobsPerWorker, 1u));
  return {std::min(options.workers.value_or(fit), options.jobs), options.jobs};
}

/// Descriptors that each process may have, put_process_in_order() has seen to it.
std::uint64_t descriptor_limit() {
  rlimit files{};
  return ::getrlimit(RLIMIT_NOFILE, &files) == 0 ? files.rlim_cur : RLIM_INFINITY;
}

RunSize possible_size(const RunSize& wanted) {
  const auto size = fit_descriptors(wanted, descriptor_limit());
  if (size) return *size;
  throw exit_with(kExitUnable,
                  fmt::format("a run needs {} descriptors, and may have {}: raise ulimit -n",
                              least_descriptors(), descriptor_limit()));
}

Progress::Style progress_style(const ShowOptions& options, const Look& look) {
  if (options.quiet) return Progress::Style::none;
  switch (options.progress) {
    case ProgressChoice::bar: return Progress::Style::bar;
    case ProgressChoice::plain: return Progress::Style::plain;
    case ProgressChoice::none: return Progress::Style::none;
    case ProgressChoice::automatic: break;
  }
  return look.redraws ? Progress::Style::bar : Progress::Style::plain;
}

std::unique_ptr<RunReport> make_report(const Options& options, const std::string& options_again,
                                       Instant start, std::vector<std::string> kept_notices) {
  const ShowOptions& show = options.report;
  std::optional<JsonlLog> results;
  const RecordKeys keys{.node = options.fleet.role == FleetRole::driver};
  if (!show.results.empty()) results = or_exit(JsonlLog::open(show.results, keys), kExitOutput);
  const Look look = look_for(surroundings());
  return std::make_unique<RunReport>(
      ReportOptions{progress_style(show, look),
                    look,
                    show.quiet,
                    show.verbose,
                    {options.files.output, options.files.ledger, options_again, keys.node},
                    options.max_failed,
                    std::move(kept_notices)},
      std::move(results), start);
}

/// Links from the ledger keep the names that their run had for them: as it was told, or else by the
/// same template.
void read_ledger_as_source(const Options& options, const std::string& ledger,
                           const std::optional<RunNaming>& earlier,
                           std::vector<ReaderSource>& sources, NameTemplate& names) {
  if (earlier) {
    if (auto parsed = NameTemplate::parse(earlier->name_template)) names = std::move(*parsed);
  }
  read_failed_links(sources, options, ledger, names.columns().size());
}

/// The first metrics are written before anything is read: no download gets that name. nullopt: none
/// are wanted.
std::optional<MetricsTarget> begin_metrics(const Options& options, RunReport& report) {
  if (options.report.metrics.empty()) return std::nullopt;
  std::error_code none;
  MetricsTarget target{.file = MetricsFile(options.report.metrics),
                       .run = {.output = std::filesystem::canonical(options.files.output, none),
                               .started_at = std::chrono::system_clock::now()}};
  const auto written = target.file.write(metrics_text({}, {}, target.run, target.run.started_at));
  if (!written) report.warning(written.error().message + "; the run goes on, and tries again");
  return target;
}

/// A run that --min-free would end immediately begins nothing. Returns what is to be said if it
/// cannot be obeyed.
std::optional<std::string> check_free_space(const RunLimits& limits, const OutputFolder& folder) {
  if (limits.min_free == 0) return std::nullopt;
  const auto free = folder.free_bytes();
  if (free && *free < limits.min_free) {
    throw exit_with(kExitOutput, too_little_free(*free, limits, folder.path()) +
                                     ": make room there, then run the same command again");
  }
  if (free) return std::nullopt;
  return fmt::format(
      "the file system of '{}' does not say how much is free: --min-free is not used",
      folder.path());
}

/// The sources that can be are tried, and the folder of a ledger that is one is looked for.
void check_what_is_read(const Options& options, const std::vector<ReaderSource>& sources,
                        const SourceContext& context) {
  if (!options.reads_failed_links()) {
    return or_exit(check_sources(sources, context), kExitListFailed);
  }
  (void)or_exit(find_ledger(options.files.folder()));
}

/// As FetchWorkerFd has it.
WorkerProgram worker_program(const Options& options, const OutputFolder& output,
                             const TlsMaterial& tls) {
  const bool locked_in = options.sandbox != SandboxChoice::off;
  return {.binary = or_exit(open_worker_binary(), kExitUnable),
          .sandbox = locked_in ? SandboxLevel::full : SandboxLevel::off,
          .ports = ProxyPolicy(options.route.proxy).only_ports(),
          .arguments = {},
          .descriptors = {output.part_fd(), output.lock_fd(), tls.ca.memfd.get(),
                          tls.cert.memfd.get(), tls.key.memfd.get()}};
}

/// A folder's failed links are its slice's already.
std::optional<Slice> slice_to_read(const Options& options) {
  return options.reads_failed_links() ? std::nullopt : slice_of_run(options.source);
}

/// Each slice's folder is its own: another run in it is often another slice, told the same folder.
Exit with_advice_for_slices(Exit exit, const Options& options) {
  if (options.source.slice && exit.status == kExitBusy) {
    exit.text +=
        "fanfetch: each slice has a folder of its own, such as -o part-$SLURM_ARRAY_TASK_ID\n";
  }
  return exit;
}

/// Prints what a run would do, and changes nothing.
Exit rehearse(const Options& options, std::vector<ReaderSource> sources, SourceContext context,
              NameTemplate names) {
  // The files of an output folder that is there already decide names, and its ledger links.
  const FileOptions& files = options.files;
  const UniqueFd folder(::open(files.output.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  LinksInFlight links_in_flight;
  NameClaims name_claims(folder.get());
  PlanContext plan = plan_context(options, std::move(names));
  plan.output_fd = folder.get();
  plan.links_in_flight = &links_in_flight;
  plan.name_claims = &name_claims;
  or_exit(check_state(files.folder()));
  const std::string ledger = files.folder().ledger_path();
  if (::access(ledger.c_str(), F_OK) == 0) {
    plan.history = or_exit(History::open(ledger), kExitOutput);
    plan.seen = or_exit(SeenRows::make(std::filesystem::temp_directory_path()), kExitOutput);
  }
  if (options.reads_failed_links()) {
    read_ledger_as_source(options, ledger, plan.history->last_naming(), sources, plan.names);
  } else if (const auto earlier = plan.history ? plan.history->last_naming() : std::nullopt) {
    or_exit(check_slice(files.output, *earlier, run_naming(options)), kExitConfiguration);
  }
  Reader reader(std::move(sources), std::move(context), Planner(std::move(plan)),
                slice_to_read(options));
  return dry_run({.quiet = options.report.quiet, .max_failed = options.max_failed}, reader);
}

/// A command line as people may see it.
struct Shown {
  std::string command;        ///< See shown_command().
  std::string options_again;  ///< See shown_options_again().
};

Exit run(Options options, const Shown& shown, Instant start) {
  // What the user asked for is understood and checked; nothing is changed yet.
  const CurlGlobal curl;
  const bool is_node = options.fleet.role == FleetRole::node;
  const bool is_driver = options.fleet.role == FleetRole::driver;
  std::optional<FleetAccess> fleet;
  if (is_node || is_driver) fleet = or_exit(fleet_access(options), kExitConfiguration);
  std::optional<FleetJob> job;
  if (is_node) job = or_exit(join_fleet(options, *fleet));
  // Files are on the nodes: whether they are still there, nobody here can see.
  if (is_driver) options.resume.trust_ledger = true;
  auto names = or_exit(NameTemplate::parse(options.files.name_template), kExitConfiguration);
  auto sources = or_exit(is_node ? source_of_node() : plan_sources(options), kExitConfiguration);
  options.files.output =
      or_exit(options.reads_failed_links() ? folder_of_failed_links(options.files)
                                           : output_folder(options.files, sources),
              kExitConfiguration);
  const TlsMaterial tls = or_exit(read_tls_files(options.tls), kExitConfiguration);
  UniqueFd stop = make_eventfd();
  auto context =
      or_exit(source_context(options, tls.bytes(), names, stop.get()), kExitConfiguration);
  if (!is_node) check_what_is_read(options, sources, context);
  if (options.dry_run) {
    return rehearse(options, std::move(sources), std::move(context), std::move(names));
  }
  or_exit(check_results_file(options.report.results, options.files, sources), kExitConfiguration);
  or_exit(
      check_metrics_file(options.report.metrics, options.report.results, options.files, sources),
      kExitConfiguration);
  if (options.fleet.role == FleetRole::none && is_of_driver(options.files.folder())) {
    throw exit_with(kExitConfiguration,
                    fmt::format("'{}' is the folder of a fleet's driver, whose files are on the "
                                "nodes: say --fleet again, or choose another folder with -o",
                                options.files.output));
  }
  const RunSize wanted = wanted_size(options);
  const RunSize size = possible_size(wanted);
  const Protections protections = or_exit(planned_protections(options), kExitUnable);

  auto manager = NotifySocket::take_from_environment();
  ServiceMessages messages(take_watchdog_from_environment(::getpid()));

  // Point of no return: the output folder is made and locked, workers start, and wait, and what a
  // killed run left is ended.
  RunFolder names_of_folder = options.files.folder();
  if (is_node) names_of_folder = folder_of_node(std::move(names_of_folder));
  auto opened = OutputFolder::open(names_of_folder);
  if (!opened && is_node) throw with_advice_for_nodes(std::move(opened.error()), names_of_folder);
  if (!opened) throw with_advice_for_slices(std::move(opened.error()), options);
  OutputFolder folder = std::move(*opened);
  const auto unmeasured = check_free_space(options.limits, folder);
  WorkerProgram program;
  const PoolSettings pool = pool_settings(options, size);
  std::deque<StartedWorker> workers;
  if (!is_driver) {
    program = worker_program(options, folder, tls);
    workers = start_first_workers(program, pool);
  }
  RunLedger ledger =
      or_exit(open_run_ledger(std::move(folder), OnDamage::move_aside, [&manager, &messages] {
        const std::string lines = messages.starting(std::chrono::steady_clock::now());
        if (!lines.empty() && !manager.send(lines)) messages.not_sent();
      }));
  std::unique_ptr<FleetDriver> driver;
  std::unique_ptr<FleetNode> node;
  if (is_driver) driver = or_exit(make_driver(options, std::move(*fleet), sources, ledger));
  if (is_node) {
    node = make_node(std::move(*fleet), std::move(*job), ledger);
    read_links_of(*node, sources);
  }
  auto history = or_exit(History::open(ledger.path), kExitOutput);
  const auto began_empty =
      ledger.output.is_empty() && history->is_empty() ? BeganEmpty::yes : BeganEmpty::no;
  const auto earlier = history->last_naming();
  RunNaming naming = run_naming(options);
  if (options.reads_failed_links()) {
    read_ledger_as_source(options, ledger.path, earlier, sources, names);
    const std::string asked = naming.slice;
    naming = earlier.value_or(naming);
    if (!asked.empty()) naming.slice = asked;
    if (asked.empty()) options.source.slice = slice_from_text(naming.slice);
  }
  if (earlier) or_exit(check_slice(options.files.output, *earlier, naming), kExitConfiguration);
  or_exit(check_is_no_download("--metrics", options.report.metrics, options.files.output, *history),
          kExitConfiguration);
  // Point of no return: the results of an earlier run are gone.
  auto report = make_report(options, shown.options_again, start,
                            earlier ? kept_notices(*earlier, naming) : std::vector<std::string>());
  if (ledger.notice) report->warning(*ledger.notice);
  if (unmeasured) report->warning(*unmeasured);
  if (const auto unused = unused_by_driver(options)) report->warning(*unused);
  if (size != wanted) {
    report->warning(fmt::format("ulimit -n is {}: {} transfers at once in {} workers, not {} in {}",
                                descriptor_limit(), size.jobs, size.workers, wanted.jobs,
                                wanted.workers));
  }
  if (options.reads_failed_links() && options.files.name_given) {
    report->warning("--name is not used: failed links keep the names that were meant for them");
  }
  // Point of no return: the ledger shows that this run has begun.
  const auto begun = ledger.ledger->begin_run(std::chrono::system_clock::now(), ::getpid(), naming,
                                              protections, shown.command);
  if (!begun) throw exit_with(kExitOutput, begun.error().message);

  auto links_in_flight = std::make_unique<LinksInFlight>();
  auto name_claims = std::make_unique<NameClaims>(ledger.output.fd(), began_empty);
  const ContentNameRules content_names{.fix_extension = options.files.fix_extension,
                                       .suggestions = names.names_by_url(),
                                       .extensions = names.ends_in_extension(),
                                       .merged = is_node || merges_names(options, names)};
  PlanContext plan = plan_context(options, std::move(names));
  if (!is_driver) plan.output_fd = ledger.output.fd();
  if (is_node) plan_as_node(plan);
  plan.history = std::move(history);
  plan.seen = or_exit(SeenRows::make(ledger.output.names().state_path()), kExitOutput);
  auto metrics = begin_metrics(options, *report);
  note_written_files(options);
  plan.run = ledger.ledger->run();
  plan.began_empty = began_empty;
  plan.links_in_flight = links_in_flight.get();
  plan.name_claims = name_claims.get();
  auto reader = std::make_unique<Reader>(std::move(sources), std::move(context),
                                         Planner(std::move(plan)), slice_to_read(options));
  Signals::block();  // no thread exists yet; what follows does not block
  // Point of no return: threads start. From here on the run ends by its own rules.
  RunRules rules = run_rules(options);
  rules.dispatch.jobs.earlier_parts =
      ledger.has_old_parts ? EarlierPart::possible : EarlierPart::none;
  Run the_run({.rules = std::move(rules),
               .settings = run_settings(options, size.jobs),
               .ledger = std::move(ledger),
               .program = std::move(program),
               .pool = pool,
               .workers = std::move(workers),
               .reader = std::move(reader),
               .links_in_flight = std::move(links_in_flight),
               .name_claims = std::move(name_claims),
               .content_names = content_names,
               .stop_reader = std::move(stop),
               .report = std::move(report),
               .metrics = std::move(metrics),
               .launched = start,
               .manager = std::move(manager),
               .messages = std::move(messages),
               .driver = std::move(driver),
               .node = std::move(node)});
  const RunEnd end = the_run.carry_out();
  if (end.signal != 0) die_of(end.signal);
  if (end.reader_stuck) ::_exit(end.exit_status);
  return {.status = end.exit_status};
}

Exit run_program(int argc, const char* const* argv, Instant start) {
  if (is_command(argc, argv)) return run_command(argc, argv);
  const bool is_node = argc > 1 && std::string_view(argv[1]) == "node";
  // Before its options, which may be those of the command that was meant.
  if (argc > 1 && !is_node) or_exit(check_no_command(argv[1]), kExitConfiguration);
  auto options =
      is_node ? read_options(argc - 1, argv + 1, FleetRole::node) : read_options(argc, argv);
  if (!options) return std::move(options.error());
  return run(std::move(*options), {shown_command(argc, argv), shown_options_again(argc, argv)},
             start);
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  using namespace fanfetch;
  const Instant start = std::chrono::steady_clock::now();
  put_process_in_order();
  try {
    return leave(run_program(argc, argv, start));
  } catch (const Exit& exit) {
    return leave(exit);
  } catch (const std::bad_alloc&) {
    return leave(exit_with(kExitUnable, "out of memory"));
  } catch (const std::exception& error) {
    return leave(exit_with(kExitUnable, error.what()));
  }
}
