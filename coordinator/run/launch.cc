#include "coordinator/run/launch.h"

#include <fmt/format.h>
#include <unistd.h>

#include <deque>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "common/curl/curl_global.h"
#include "coordinator/commands/folder/folder.h"
#include "coordinator/options/results_file.h"
#include "coordinator/process/notify_socket.h"
#include "coordinator/process/service_messages.h"
#include "coordinator/process/signals.h"
#include "coordinator/run/or_exit.h"
#include "coordinator/run/rehearsal.h"
#include "coordinator/run/report_setup.h"
#include "coordinator/run/run.h"
#include "coordinator/run/run_fleet.h"
#include "coordinator/run/run_setup.h"
#include "coordinator/run/run_sources.h"
#include "coordinator/run/worker_setup.h"
#include "coordinator/settle/fleet_note.h"

namespace fanfetch {
namespace {

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

/// Each slice's folder is its own: another run in it is often another slice, told the same folder.
Exit with_advice_for_slices(Exit exit, const Options& options) {
  if (options.source.slice && exit.status == kExitBusy) {
    exit.text +=
        "fanfetch: each slice has a folder of its own, such as -o part-$SLURM_ARRAY_TASK_ID\n";
  }
  return exit;
}

/// The steps of a launch, and what each leaves to those behind it. Each throws an Exit where no run
/// can begin.
class Launch {
 public:
  Launch(Options options, ShownCommandLine shown, Instant start)
      : options_(std::move(options)), shown_(std::move(shown)), start_(start) {}

  Exit carry_out() {
    understand();
    if (options_.dry_run) {
      return rehearse(options_, std::move(sources_), std::move(*context_), std::move(*names_));
    }
    check_what_is_written();
    open_folder();
    enter_fleet();
    look_at_earlier_runs();
    begin_report();
    begin_ledger();
    make_reader();
    return run();
  }

 private:
  [[nodiscard]] bool is_node() const { return options_.fleet.role == FleetRole::node; }
  [[nodiscard]] bool is_driver() const { return options_.fleet.role == FleetRole::driver; }

  /// What the user asked for is understood; nothing is changed yet.
  void understand() {
    if (is_node() || is_driver()) fleet_ = or_exit(fleet_access(options_), kExitConfiguration);
    if (is_node()) {
      // Before it waits; a folder that nobody has named is looked at later.
      if (!options_.files.output.empty()) or_exit(check_role(options_), kExitConfiguration);
      job_ = or_exit(join_fleet(options_, *fleet_));
    }
    // Files are on the nodes: whether they are still there, nobody here can see.
    if (is_driver()) options_.resume.trust_ledger = true;
    names_ = or_exit(NameTemplate::parse(options_.files.name_template), kExitConfiguration);
    sources_ = or_exit(is_node() ? source_of_node() : plan_sources(options_), kExitConfiguration);
    options_.files.output =
        or_exit(options_.reads_failed_links() ? folder_of_failed_links(options_.files)
                                              : output_folder(options_.files, sources_),
                kExitConfiguration);
    tls_ = or_exit(read_tls_files(options_.tls), kExitConfiguration);
    context_ =
        or_exit(source_context(options_, tls_.bytes(), *names_, stop_.get()), kExitConfiguration);
    if (!is_node()) check_what_is_read(options_, sources_, *context_);
  }

  /// Nothing that would be lost is written over, and there can be workers.
  void check_what_is_written() {
    const ShowOptions& shown = options_.report;
    or_exit(check_results_file(shown.results, options_.files, sources_), kExitConfiguration);
    or_exit(check_metrics_file(shown.metrics, shown.results, options_.files, sources_),
            kExitConfiguration);
    or_exit(check_role(options_), kExitConfiguration);
    wanted_ = wanted_size(options_);
    size_ = possible_size(wanted_);
    protections_ = or_exit(planned_protections(options_), kExitUnable);
  }

  /// Point of no return: the output folder is made and locked, workers start, and wait, and what a
  /// killed run left is ended.
  void open_folder() {
    manager_ = NotifySocket::take_from_environment();
    messages_.emplace(take_watchdog_from_environment(::getpid()));
    RunFolder names = options_.files.folder();
    if (is_node()) names = folder_of_node(std::move(names));
    auto opened = OutputFolder::open(names);
    if (!opened && is_node()) throw with_advice_for_nodes(std::move(opened.error()), names);
    if (!opened) throw with_advice_for_slices(std::move(opened.error()), options_);
    OutputFolder folder = std::move(*opened);
    unmeasured_ = check_free_space(options_.limits, folder);
    pool_ = pool_settings(options_, size_);
    if (!is_driver()) {
      program_ = worker_program(options_, folder, tls_);
      workers_ = start_first_workers(program_, pool_);
    }
    ledger_ = or_exit(open_run_ledger(std::move(folder), OnDamage::move_aside, [this] {
      const std::string lines = messages_->starting(std::chrono::steady_clock::now());
      if (!lines.empty() && !manager_.send(lines)) messages_->not_sent();
    }));
  }

  void enter_fleet() {
    if (is_driver())
      driver_ = or_exit(make_driver(options_, std::move(*fleet_), sources_, *ledger_));
    if (!is_node()) return;
    or_exit(note_fleet_node(ledger_->output), kExitOutput);
    node_ = make_node(std::move(*fleet_), std::move(*job_), *ledger_);
    read_links_of(*node_, sources_);
  }

  void look_at_earlier_runs() {
    history_ = or_exit(History::open(ledger_->path), kExitOutput);
    began_empty_ =
        ledger_->output.is_empty() && history_->is_empty() ? BeganEmpty::yes : BeganEmpty::no;
    earlier_ = history_->last_naming();
    naming_ = run_naming(options_);
    if (options_.reads_failed_links()) {
      read_failed_links(options_, ledger_->path, earlier_, sources_, *names_);
      const std::string asked = naming_.slice;
      naming_ = earlier_.value_or(naming_);
      if (!asked.empty()) naming_.slice = asked;
      if (asked.empty()) options_.source.slice = slice_from_text(naming_.slice);
    }
    if (earlier_) {
      or_exit(check_slice(options_.files.output, *earlier_, naming_), kExitConfiguration);
    }
    or_exit(check_is_no_download("--metrics", options_.report.metrics, options_.files.output,
                                 *history_),
            kExitConfiguration);
  }

  /// Point of no return: the results of an earlier run are gone.
  void begin_report() {
    report_ = make_report(options_, shown_.options_again, start_,
                          earlier_ ? kept_notices(*earlier_, naming_) : std::vector<std::string>());
    if (ledger_->notice) report_->warning(*ledger_->notice);
    if (unmeasured_) report_->warning(*unmeasured_);
    if (const auto unused = unused_by_driver(options_)) report_->warning(*unused);
    if (size_ != wanted_) {
      report_->warning(fmt::format(
          "ulimit -n is {}: {} transfers at once in {} workers, not {} in "
          "{}",
          descriptor_limit(), size_.jobs, size_.workers, wanted_.jobs, wanted_.workers));
    }
    if (options_.reads_failed_links() && options_.files.name_given) {
      report_->warning("--name is not used: failed links keep the names that were meant for them");
    }
  }

  /// Point of no return: the ledger shows that this run has begun.
  void begin_ledger() {
    const auto begun = ledger_->ledger->begin_run(std::chrono::system_clock::now(), ::getpid(),
                                                  naming_, protections_, shown_.command);
    if (!begun) throw exit_with(kExitOutput, begun.error().message);
  }

  void make_reader() {
    links_in_flight_ = std::make_unique<LinksInFlight>();
    name_claims_ = std::make_unique<NameClaims>(ledger_->output.fd(), began_empty_);
    content_names_ = {.fix_extension = options_.files.fix_extension,
                      .suggestions = names_->names_by_url(),
                      .extensions = names_->ends_in_extension(),
                      .merged = is_node() || merges_names(options_, *names_)};
    PlanContext plan = plan_context(options_, std::move(*names_));
    if (!is_driver()) plan.output_fd = ledger_->output.fd();
    if (is_node()) plan_as_node(plan);
    plan.history = std::move(history_);
    plan.seen = or_exit(SeenRows::make(ledger_->output.names().state_path()), kExitOutput);
    metrics_ = begin_metrics(options_, *report_);
    note_written_files(options_);
    plan.run = ledger_->ledger->run();
    plan.began_empty = began_empty_;
    plan.links_in_flight = links_in_flight_.get();
    plan.name_claims = name_claims_.get();
    reader_ = std::make_unique<Reader>(std::move(sources_), std::move(*context_),
                                       Planner(std::move(plan)), slice_to_read(options_));
  }

  Exit run() {
    Signals::block();  // no thread exists yet; what follows does not block
    // Point of no return: threads start. From here on the run ends by its own rules.
    RunRules rules = run_rules(options_);
    rules.dispatch.jobs.earlier_parts =
        ledger_->has_old_parts ? EarlierPart::possible : EarlierPart::none;
    Run the_run({.rules = std::move(rules),
                 .settings = run_settings(options_, size_.jobs),
                 .ledger = std::move(*ledger_),
                 .program = std::move(program_),
                 .pool = pool_,
                 .workers = std::move(workers_),
                 .reader = std::move(reader_),
                 .links_in_flight = std::move(links_in_flight_),
                 .name_claims = std::move(name_claims_),
                 .content_names = content_names_,
                 .stop_reader = std::move(stop_),
                 .report = std::move(report_),
                 .metrics = std::move(metrics_),
                 .launched = start_,
                 .manager = std::move(manager_),
                 .messages = std::move(*messages_),
                 .driver = std::move(driver_),
                 .node = std::move(node_)});
    const RunEnd end = the_run.carry_out();
    if (end.signal != 0) die_of(end.signal);
    if (end.reader_stuck) ::_exit(end.exit_status);
    return {.status = end.exit_status};
  }

  const CurlGlobal curl_;
  Options options_;
  const ShownCommandLine shown_;
  const Instant start_;

  std::optional<FleetAccess> fleet_;  // of a driver or a node, until it has it
  std::optional<FleetJob> job_;       // of a node, the same
  std::optional<NameTemplate> names_;
  std::vector<ReaderSource> sources_;
  TlsMaterial tls_;
  UniqueFd stop_ = make_eventfd();
  std::optional<SourceContext> context_;

  RunSize wanted_, size_;  // size_: what the machine lets it have
  Protections protections_;
  NotifySocket manager_;
  std::optional<ServiceMessages> messages_;
  PoolSettings pool_;
  WorkerProgram program_;
  std::deque<StartedWorker> workers_;
  std::optional<RunLedger> ledger_;
  std::optional<std::string> unmeasured_;  // why --min-free is not used
  std::unique_ptr<FleetDriver> driver_;
  std::unique_ptr<FleetNode> node_;

  std::unique_ptr<History> history_;
  BeganEmpty began_empty_ = BeganEmpty::no;
  std::optional<RunNaming> earlier_;
  RunNaming naming_;
  std::unique_ptr<LinksInFlight> links_in_flight_;
  std::unique_ptr<NameClaims> name_claims_;
  ContentNameRules content_names_;
  std::unique_ptr<RunReport> report_;
  std::optional<MetricsTarget> metrics_;
  std::unique_ptr<Reader> reader_;
};

}  // namespace

Exit launch(Options options, ShownCommandLine shown, Instant start) {
  return Launch(std::move(options), std::move(shown), start).carry_out();
}

}  // namespace fanfetch
