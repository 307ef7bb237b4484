#include "coordinator/run/run.h"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>

#include <random>
#include <utility>

#include "common/human_text.h"
#include "common/sandbox/lock_in.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/report/live_report.h"
#include "coordinator/run/run_live.h"

namespace fanfetch {
namespace {

/// For the last words to a fleet.
constexpr auto kFarewell = std::chrono::seconds(5);

}  // namespace

Run::Run(RunParts parts)
    : parts_(std::move(parts)),
      signals_(loop_, [this](int signal) { on_signal(signal); }),
      timers_(loop_),
      driver_(std::move(parts_.driver)),
      node_(std::move(parts_.node)),
      workers_(driver_ ? nullptr : make_pool()),
      routes_(loop_, std::move(parts_.rules.routes)),
      reader_(std::move(parts_.reader), std::move(parts_.stop_reader)),
      placer_(parts_.ledger.output.fd(), parts_.ledger.output.part_fd()),
      reserve_(parts_.ledger.path + "-reserve"),
      measures_(*parts_.ledger.ledger, std::move(parts_.metrics), std::chrono::steady_clock::now(),
                [this](const std::string& problem) { parts_.report->warning(problem); }),
      inbox_(ledger_, *parts_.report, measures_, parts_.ledger.output, node_.get()),
      ledger_(BatchSettler(*parts_.ledger.ledger, placer_, hooks()),
              [this] { parts_.report->flush(); }),
      supply_(reader_),
      coordinator_(make_coordinator()),
      live_(std::make_unique<Live>(*this, inbox_)) {}

Run::~Run() = default;

std::unique_ptr<PoolWorkers> Run::make_pool() {
  decltype(WorkerEvents::stop_by) stop_by;
  if (node_) stop_by = [this](TaskId id) { return coordinator_.stop_by(id); };
  return std::make_unique<PoolWorkers>(
      loop_, std::move(parts_.program), parts_.pool, std::move(parts_.workers),
      WorkerEvents{
          .on_completion =
              [this](TaskId id, JobReport report, std::optional<unsigned> connected) {
                coordinator_.on_completion(id, std::move(report), connected);
              },
          .on_lost = [this](TaskId id, Blame blame) { coordinator_.on_lost(id, blame); },
          .stop_by = std::move(stop_by),
          .on_message =
              [this](std::string text) { coordinator_.on_worker_message(std::move(text)); },
          .on_protections = [this](Protections reached) { note_protections(reached); },
          .on_hopeless =
              [this](Error error) { coordinator_.on_workers_hopeless(std::move(error)); }});
}

SettlerHooks Run::hooks() {
  SettlerHooks hooks =
      settler_hooks(parts_.ledger, reserve_, *parts_.links_in_flight, *parts_.name_claims,
                    *parts_.report, measures_, parts_.content_names);
  if (node_) {
    hooks.on_done = [this](const LinkId& link, const Record& record, bool lasts) {
      node_->on_done(link, record, lasts);
    };
  } else if (driver_) {
    hooks.on_done = [this](const LinkId& link, const Record& record, bool lasts) {
      driver_->on_done(link, record, lasts);
    };
  }
  return hooks;
}

std::uint64_t Run::in_flight() const {
  return driver_ ? driver_->under_way() : workers_->in_flight();
}

Coordinator Run::make_coordinator() {
  const Coordinator::Seams seams{.workers = driver_ ? driver_->workers() : *workers_,
                                 .routes = routes_,
                                 .timers = timers_,
                                 .links = supply_,
                                 .ledger = inbox_,
                                 .guard = node_.get()};
  const auto leave_loop = [this] { loop_.stop(); };
  Coordinator::About about{.launched = parts_.launched, .output = parts_.ledger.output.path()};
  if (driver_) return Coordinator(*driver_, seams, leave_loop, std::move(about));
  return Coordinator(std::move(parts_.rules.dispatch), seams, leave_loop, std::move(about),
                     std::random_device{}());
}

RunEnd Run::carry_out() {
  if (!coordinator_.start()) return finish();
  watch_threads();
  live_->begin();
  open_control();
  coordinator_.report_progress(parts_.report->progress_interval());
  coordinator_.set_limits(parts_.settings.limits);
  keep_manager_informed();
  join_fleet();
  reader_.start();
  loop_.run([this] { after_batch(); });
  return finish();
}

void Run::after_batch() {
  if (node_) node_->go_on();  // first: it may have slept for longer than its leases
  coordinator_.after_batch();
  if (node_) {
    node_->note_paused(coordinator_.is_paused());
    node_->flush();
    if (node_->waits_for_ledger(ledger_.backlog())) ledger_.settle_early();
  }
  if (driver_) driver_->flush();
}

// --- In a fleet ---

void Run::join_fleet() {
  const auto notice = [this](std::string text) { inbox_.notice(std::move(text)); };
  if (driver_) {
    driver_->start(
        loop_,
        {.settle = [this](Settled settled) { inbox_.settle(std::move(settled)); },
         .settle_early = [this] { ledger_.settle_early(); },
         .on_gone = [this](std::string why) { coordinator_.on_out_of_reach(std::move(why)); },
         .on_notice = notice});
  }
  if (!node_) return;
  node_->start(
      loop_,
      {.on_stopped =
           [this] { coordinator_.end_as_asked(EndReason::stop_command, "the fleet was stopped"); },
       .on_paused = [this](bool is_paused) { live_->follow_drivers_pause(is_paused); },
       .on_list_over = [this] { live_->end_pauses(); },
       .on_set = [this](const FleetFields& told) { live_->follow_driver(told); },
       .on_notice = notice});
}

/// The books are closed: says so to the others. REQUIRES: the ledger's thread has ended.
void Run::leave_fleet() {
  bool is_closed = false;
  const auto closed = [this, &is_closed] {
    is_closed = true;
    loop_.stop();
  };
  if (node_) node_->finish(kFarewell, closed);
  if (driver_) {
    const RunTrouble& trouble = coordinator_.trouble();
    const bool is_stopped = trouble.asked && trouble.asked->reason == EndReason::stop_command;
    const auto end = coordinator_.is_whole() && !trouble.output ? FleetDriver::End::whole
                     : is_stopped                               ? FleetDriver::End::stopped
                                                                : FleetDriver::End::other;
    driver_->finish(end, kFarewell, closed);
  }
  while (!is_closed) {
    loop_.run([this] {
      if (!node_) return;
      node_->go_on();
      node_->flush();
    });
  }
  if (driver_ && !driver_->has_told_end()) {
    parts_.report->warning(
        "the fleet's Redis could not be told of the end: nodes wait until the same command has "
        "told them so");
  }
}

void Run::watch_threads() {
  loop_.watch(reader_.filled_fd(), EPOLLIN,
              [this](std::uint32_t) { drain_eventfd(reader_.filled_fd()); });
  loop_.watch(ledger_.progress_fd(), EPOLLIN, [this](std::uint32_t) {
    drain_eventfd(ledger_.progress_fd());
    coordinator_.on_ledger_progress();
  });
}

void Run::on_signal(int signal) {
  if (signal == SIGUSR1) return inbox_.show_status();
  if (node_) node_->leave();
  coordinator_.on_signal(signal);
}

/// From the loop, so that one that does not turn is found.
void Run::keep_manager_informed() {
  if (!parts_.manager.open()) return;
  inform_manager(timers_.now());
  timers_.call_at(timers_.now() + parts_.messages.look_interval(),
                  [this] { keep_manager_informed(); });
}

void Run::inform_manager(Instant now) {
  if (!parts_.manager.open()) return;
  const std::string status = status_line(parts_.report->live(0));
  const std::string lines =
      parts_.messages.running({.ending = closing_ || coordinator_.stage() != Stage::running,
                               .moves = ledger_.moves() + closed_,
                               .idle = ledger_.backlog() == 0,
                               .status = status},
                              now);
  if (!lines.empty() && !parts_.manager.send(lines)) parts_.messages.not_sent();
}

/// Waits for the ledger's thread, which after a second signal may have much to do yet. What it does
/// is told to the service manager, whose patience has an end.
void Run::close_ledger() {
  using std::chrono::steady_clock;
  const auto look =
      std::chrono::ceil<std::chrono::milliseconds>(parts_.messages.look_interval()).count();
  ledger_.close();
  while (!ledger_.finished()) {
    inform_manager(steady_clock::now());
    pollfd progress{.fd = ledger_.progress_fd(), .events = POLLIN, .revents = 0};
    if (::poll(&progress, 1, static_cast<int>(look)) == 1) drain_eventfd(ledger_.progress_fd());
  }
  ledger_.finish();
}

/// A run that nobody can ask or steer goes on all the same.
void Run::open_control() {
  auto opened = ControlSocket::open(parts_.ledger.output.own_fd(), parts_.ledger.output.state_fd());
  if (!opened) {
    return inbox_.notice("fanfetch status, set, pause and stop cannot reach this run: " +
                         opened.error().message);
  }
  control_.emplace(std::move(*opened));
  server_.emplace(loop_, control_->take_listener(), *live_);
}

void Run::note_protections(Protections reached) {
  parts_.ledger.protections = reached;
  const std::string missing = missing_protections(reached, sandbox_support());
  inbox_.detail(missing.empty() ? "the workers are in their sandboxes: files, calls, ports, signals"
                                : "the workers' sandboxes do not restrict: " + missing);
}

RunEnd Run::finish() {
  server_.reset();
  control_.reset();
  closing_ = true;
  // Each step may take a disk its time.
  const auto moved = [this] {
    ++closed_;
    inform_manager(std::chrono::steady_clock::now());
  };
  moved();  // a short run has not said that it ends
  // Nothing is in flight any more. Whatever may still hang, a signal ends immediately.
  Signals::unblock();
  const bool reader_stuck = !reader_.join();
  moved();
  close_ledger();
  moved();
  coordinator_.note_output_trouble();
  if (node_ || driver_) leave_fleet();
  moved();
  RunTrouble trouble = coordinator_.trouble();
  // Asked to end, it may have come to its end in the time that was left to what was in flight.
  const bool is_whole = trouble.asked && coordinator_.is_whole();
  if (is_whole) trouble.asked.reset();
  const Stage stage = is_whole ? Stage::finishing : coordinator_.stage();
  RunReport& report = *parts_.report;
  (void)reserve_.free();  // a full disk may need the room for the run's own row
  const Instant now = std::chrono::steady_clock::now();
  const LiveReport last = report.publish_end(coordinator_.end_state(), now);
  measures_.finish(last, now);
  moved();
  const auto ended =
      end_run(parts_.ledger, report.tally(),
              {.ending = ending(trouble, stage),
               .exit_status = exit_status(trouble, report.tally(), parts_.rules.max_failed),
               .signal = trouble.signal});
  if (!ended && !trouble.output) trouble.output = ended.error().message;
  if (coordinator_.ledger_damaged()) parts_.ledger.ledger->note_damage();
  if (reader_stuck) parts_.ledger.ledger->note_lasting_reader();
  // A damaged one is moved aside here, when nobody else has it open: not every ending of the
  // program runs destructors.
  moved();
  parts_.ledger.ledger.reset();
  moved();
  for (const auto& text : closing_errors(trouble, stage,
                                         {.unfinished = coordinator_.unfinished(),
                                         .of_fleet = node_ != nullptr,
                                         .without_record = report.lost_records()})) {
    report.error(text);
  }
  if (const auto links = coordinator_.handed_over(); links > 0) {
    report.notice(fmt::format("{} went back to the fleet, as this node had lost their hosts",
                              links == 1 ? "1 link" : human_count(links) + " links"));
  }
  const int status = exit_status(trouble, report.tally(), parts_.rules.max_failed);
  measures_.finish_metrics(last, std::chrono::system_clock::now(),
                           trouble.signal != 0 ? kSignalled + trouble.signal : status);
  report.finish(std::chrono::steady_clock::now(), status == 0 && trouble.signal == 0);
  return {.exit_status = status, .signal = trouble.signal, .reader_stuck = reader_stuck};
}

}  // namespace fanfetch
