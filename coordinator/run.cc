#include "coordinator/run.h"

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>

#include <atomic>
#include <random>
#include <utility>

#include "common/sandbox/lock_in.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/report/live_report.h"
#include "coordinator/run_live.h"

namespace fanfetch {

/// The reader's thread as the Coordinator's LinkSupply.
class Run::Supply final : public LinkSupply {
 public:
  explicit Supply(ReaderThread& reader) : reader_(reader) {}

  [[nodiscard]] std::optional<ReaderItem> take() override { return reader_.take(); }
  void wake_again() override { post_eventfd(reader_.filled_fd()); }
  void cancel() override { reader_.cancel(); }

 private:
  ReaderThread& reader_;
};

/// The ledger's thread, which is the report's too, as the Coordinator's LedgerInbox.
class Run::Inbox final : public LedgerInbox {
 public:
  Inbox(LedgerThread& ledger, RunReport& report, RunMeasures& measures, const OutputFolder& output)
      : ledger_(ledger), report_(report), measures_(measures), output_(output) {}

  void settle(Settled settled) override { ledger_.settle(std::move(settled)); }
  void report(std::vector<Record> records) override {
    const std::size_t count = records.size();
    ledger_.post(
        [this, records = std::move(records)] {
          for (const Record& record : records) {
            report_.on_record(record);
            measures_.add(record);
          }
        },
        count);
  }
  void error(std::string text) override {
    ledger_.post([this, text = std::move(text)] { report_.error(text); });
  }
  void notice(std::string text) override {
    ledger_.post([this, text = std::move(text)] { report_.notice(text); });
  }
  void detail(std::string text) override {
    ledger_.post([this, text = std::move(text)] { report_.detail(text); });
  }
  void progress(const ProgressState& state, Instant now) override {
    ledger_.post([this, state, now] {
      report_.progress(state, now);
      measures_.tick(report_.live(0), now, std::chrono::system_clock::now());
    });
  }
  /// The answer to SIGUSR1.
  void show_status() {
    ledger_.post([this] { report_.show_status(); });
  }
  void settle_rest() override { ledger_.settle_rest(); }
  void close() override { ledger_.close(); }
  [[nodiscard]] std::size_t backlog() const override { return ledger_.backlog(); }
  [[nodiscard]] bool is_finished() const override { return ledger_.finished(); }
  [[nodiscard]] std::optional<std::string> output_error() const override {
    return ledger_.output_error();
  }
  [[nodiscard]] int results_error() const override { return report_.results_error(); }
  [[nodiscard]] bool results_go_to_stdout() const override { return report_.results_to_stdout(); }

  void measure_free() override {
    if (measuring_.exchange(true)) return;  // the disk is slow: one question at a time
    ledger_.post([this] {
      const auto free = output_.free_bytes();
      free_ = free ? static_cast<std::int64_t>(*free) : -1;
      measuring_ = false;
    });
  }
  void forget_free() override { free_ = -1; }
  [[nodiscard]] std::optional<std::uint64_t> free_bytes() const override {
    const std::int64_t free = free_;
    return free < 0 ? std::nullopt : std::optional<std::uint64_t>(free);
  }

 private:
  LedgerThread& ledger_;
  RunReport& report_;
  RunMeasures& measures_;
  const OutputFolder& output_;
  std::atomic<std::int64_t> free_{-1};  // nullopt: -1
  std::atomic<bool> measuring_{false};
};

Run::Run(RunParts parts)
    : parts_(std::move(parts)),
      signals_(loop_, [this](int signal) { on_signal(signal); }),
      timers_(loop_),
      workers_(loop_, std::move(parts_.program), parts_.pool, std::move(parts_.workers),
               {.on_completion =
                    [this](TaskId id, JobReport report, std::optional<unsigned> connected) {
                      coordinator_.on_completion(id, std::move(report), connected);
                    },
                .on_lost = [this](TaskId id, Blame blame) { coordinator_.on_lost(id, blame); },
                .on_message =
                    [this](std::string text) { coordinator_.on_worker_message(std::move(text)); },
                .on_protections = [this](Protections reached) { note_protections(reached); },
                .on_hopeless =
                    [this](Error error) { coordinator_.on_workers_hopeless(std::move(error)); }}),
      routes_(loop_, std::move(parts_.rules.routes)),
      reader_(std::move(parts_.reader), std::move(parts_.stop_reader)),
      placer_(parts_.ledger.output.fd(), parts_.ledger.output.part_fd()),
      reserve_(parts_.ledger.path + "-reserve"),
      measures_(*parts_.ledger.ledger, std::move(parts_.metrics), std::chrono::steady_clock::now(),
                [this](const std::string& problem) { parts_.report->warning(problem); }),
      inbox_(std::make_unique<Inbox>(ledger_, *parts_.report, measures_, parts_.ledger.output)),
      ledger_(BatchSettler(*parts_.ledger.ledger, placer_,
                           settler_hooks(parts_.ledger, reserve_, *parts_.links_in_flight,
                                         *parts_.name_claims, *parts_.report, measures_,
                                         parts_.content_names)),
              [this] { parts_.report->flush(); }),
      supply_(std::make_unique<Supply>(reader_)),
      coordinator_(
          std::move(parts_.rules.dispatch),
          {.workers = workers_,
           .routes = routes_,
           .timers = timers_,
           .links = *supply_,
           .ledger = *inbox_},
          [this] { loop_.stop(); },
          {.launched = parts_.launched, .output = parts_.ledger.output.path()},
          std::random_device{}()),
      live_(std::make_unique<Live>(*this, *inbox_)) {}

Run::~Run() = default;

RunEnd Run::carry_out() {
  if (!coordinator_.start()) return finish();
  watch_threads();
  live_->begin();
  open_control();
  coordinator_.report_progress(parts_.report->progress_interval());
  coordinator_.set_limits(parts_.settings.limits);
  keep_manager_informed();
  reader_.start();
  loop_.run([this] { coordinator_.after_batch(); });
  return finish();
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
  if (signal == SIGUSR1) return inbox_->show_status();
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
    return inbox_->notice("fanfetch status, set, pause and stop cannot reach this run: " +
                          opened.error().message);
  }
  control_.emplace(std::move(*opened));
  server_.emplace(loop_, control_->take_listener(), *live_);
}

void Run::note_protections(Protections reached) {
  parts_.ledger.protections = reached;
  const std::string missing = missing_protections(reached, sandbox_support());
  inbox_->detail(missing.empty()
                     ? "the workers are in their sandboxes: files, calls, ports, signals"
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
  for (const auto& text :
       closing_errors(trouble, stage, coordinator_.unfinished(), report.lost_records())) {
    report.error(text);
  }
  const int status = exit_status(trouble, report.tally(), parts_.rules.max_failed);
  measures_.finish_metrics(last, std::chrono::system_clock::now(),
                           trouble.signal != 0 ? kSignalled + trouble.signal : status);
  report.finish(std::chrono::steady_clock::now(), status == 0 && trouble.signal == 0);
  return {.exit_status = status, .signal = trouble.signal, .reader_stuck = reader_stuck};
}

}  // namespace fanfetch
