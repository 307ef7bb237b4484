#include "coordinator/coordinator.h"

#include <signal.h>
#include <sys/epoll.h>

#include <cerrno>
#include <utility>

namespace fanfetch {
namespace {

/// Links on their way at most: far more than transfers, few enough for memory to stay flat.
constexpr std::size_t kMaxTasks = 4096;
/// The same while all of them wait for hosts that are busy or asked for a pause, so that a list
/// sorted by host keeps the workers busy. About 1.2 KB each.
constexpr std::size_t kMaxTasksWhileHostsWait = 16 * 1024;
/// Taken from the reader in one go, so that a long list of bad lines starves no signal.
constexpr int kPlannedPerBatch = 512;
/// What the ledger has not done yet; more, and no job is given until it has caught up. About 2 KB
/// each; enough for 16,000 files a second where a batch takes half a second.
constexpr std::size_t kMaxBacklog = 8192;
/// Messages are dropped beyond this: a worker that writes without end must not fill our memory.
constexpr std::size_t kMaxBacklogForMessages = 2 * kMaxBacklog;

constexpr int kMaxRedirects = 10;
/// Deaths of a worker that ran nothing but this link, until the link gets the blame for good.
constexpr int kMaxSoleDeaths = 3;

/// An attempt that brought a file so much further costs no attempt.
constexpr std::uint64_t kFreeRetryBytes = 1 << 20;

/// What is in flight at the first signal gets this long to finish …
constexpr auto kGrace = std::chrono::seconds(10);
/// … and then the workers this long to write checkpoints and leave, before SIGKILL.
constexpr auto kCutTime = std::chrono::seconds(2);
constexpr auto kProgressInterval = std::chrono::milliseconds(200);
/// A pause that a host asks for is worth a word from so long on, and one such word in that time.
constexpr auto kPauseWorthTelling = std::chrono::seconds(10);

}  // namespace

Coordinator::Coordinator(RunParts parts)
    : parts_(std::move(parts)),
      retry_policy_(parts_.rules.retries, parts_.rules.dispatch.hosts.max_wait),
      signals_(loop_, [this](int signal) { on_signal(signal); }),
      timers_(loop_),
      workers_(loop_, std::move(parts_.program), parts_.pool,
               {.on_completion = [this](TaskId id, Outcome o) { on_completion(id, std::move(o)); },
                .on_lost = [this](TaskId id, Blame blame) { on_lost(id, blame); },
                .on_message =
                    [this](std::string text) {
                      say([text = std::move(text)](RunReport& report) { report.notice(text); });
                    },
                .on_hopeless =
                    [this](Error error) {
                      trouble_.workers = std::move(error.message);
                      end_early();
                      workers_.kill_all();
                    }}),
      routes_(loop_, parts_.rules.routes),
      dispatcher_(parts_.rules.dispatch, workers_, routes_, timers_,
                  {.on_failed = [this](TaskId id, Failed f) { fail_or_retry(id, std::move(f)); },
                   .on_given_up = [this](TaskId id, Failed f) { settle(id, std::move(f)); },
                   .held_back = [this] { return backlogged(); }}),
      reader_(std::move(parts_.reader), std::move(parts_.stop_reader)),
      placer_(parts_.ledger.output.fd(), parts_.ledger.output.part_fd()),
      reserve_(parts_.ledger.path + "-reserve"),
      ledger_(
          BatchSettler(*parts_.ledger.ledger, placer_,
                       settler_hooks(parts_.ledger, reserve_, *parts_.links_in_flight,
                                     *parts_.name_claims, *parts_.report, parts_.content_names)),
          [this] { parts_.report->flush(); }) {}

Coordinator::~Coordinator() = default;

RunEnd Coordinator::run() {
  if (auto started = workers_.start(); !started) {
    trouble_.workers = started.error().message;
    return finish();
  }
  watch_everything();
  reader_.start();
  loop_.run([this] { after_batch(); });
  return finish();
}

void Coordinator::watch_everything() {
  loop_.watch(reader_.filled_fd(), EPOLLIN,
              [this](std::uint32_t) { drain_eventfd(reader_.filled_fd()); });
  loop_.watch(ledger_.progress_fd(), EPOLLIN, [this](std::uint32_t) { on_ledger_progress(); });
  if (parts_.report->shows_progress()) report_progress();
}

/// Everything that one wake-up brought is in; now act on it once.
void Coordinator::after_batch() {
  if (stage_ == Stage::running) {
    take_planned();
    dispatcher_.dispatch();
    take_more_later();
    end_if_done();
  }
  workers_.wake();
}

// --- In: from the reader to the scheduler ---

void Coordinator::take_planned() {
  std::vector<Record> records;
  planned_left_ = take_planned_into(records);
  report_records(std::move(records));
}

/// True: there may be more.
bool Coordinator::take_planned_into(std::vector<Record>& records) {
  for (int taken = 0; taken < kPlannedPerBatch && wants_more_links(); ++taken) {
    auto planned = reader_.take();
    if (!planned) return false;
    if (auto* link = std::get_if<Link>(&*planned)) {
      dispatcher_.add(std::move(*link));
    } else if (auto* record = std::get_if<Record>(&*planned)) {
      records.push_back(std::move(*record));
    } else if (auto* row = std::get_if<LedgerRow>(&*planned)) {
      ledger_.settle(std::move(*row));
    } else if (auto* trouble = std::get_if<OutputTrouble>(&*planned)) {
      ledger_damaged_ = ledger_damaged_ || trouble->ledger_damaged;
      if (!trouble_.output) trouble_.output = std::move(trouble->message);
      end_early();
      return false;
    } else if (const auto* error = std::get_if<Error>(&*planned)) {
      trouble_.list_failed = true;
      say([text = error->message](RunReport& report) { report.error(text); });
    } else if (const auto* notice = std::get_if<Notice>(&*planned)) {
      say([text = notice->text](RunReport& report) { report.notice(text); });
    } else {
      total_ = std::get<EndOfList>(*planned).total;
    }
  }
  return true;
}

void Coordinator::report_records(std::vector<Record> records) {
  const std::size_t count = records.size();
  if (count == 0) return;
  ledger_.post(
      [report = parts_.report.get(), records = std::move(records)] {
        for (const Record& record : records) report->on_record(record);
      },
      count);
}

bool Coordinator::wants_more_links() const {
  if (backlogged()) return false;
  if (dispatcher_.size() < kMaxTasks) return true;
  // All that we know of waits for its host, and there is room for others: look further.
  return dispatcher_.size() < kMaxTasksWhileHostsWait && dispatcher_.is_idle();
}

/// take_planned() stopped before the reader's queue was empty, and no event will tell of the rest.
void Coordinator::take_more_later() {
  if (std::exchange(planned_left_, false) && wants_more_links()) post_eventfd(reader_.filled_fd());
}

bool Coordinator::backlogged() const { return ledger_.backlog() > kMaxBacklog; }

// --- Back: what became of them ---

void Coordinator::on_completion(TaskId id, Outcome outcome) {
  dispatcher_.answered(id, host_feedback(outcome, std::chrono::system_clock::now()));
  if (std::holds_alternative<Redirected>(outcome)) {
    follow(id, std::get<Redirected>(std::move(outcome)));
  } else if (std::holds_alternative<Failed>(outcome)) {
    fail_or_retry(id, std::get<Failed>(std::move(outcome)));
  } else if (std::holds_alternative<Kept>(outcome) && !dispatcher_.task(id).link.earlier) {
    fail_or_retry(id, Failed{.message = "the server says 304 though nothing was known of it",
                             .response = std::get<Kept>(std::move(outcome)).response});
  } else {
    settle(id, std::move(outcome));
  }
}

void Coordinator::follow(TaskId id, Redirected redirected) {
  Task& task = dispatcher_.task(id);
  if (stage_ == Stage::cut_off) return forget(id);
  Failed failed{.error = ErrorClass::redirects, .response = std::move(redirected.response)};
  if (task.hops >= kMaxRedirects) {
    failed.message = fmt::format("more than {} redirects", kMaxRedirects);
    return settle(id, std::move(failed));
  }
  auto url = parse_url(failed.response.location);
  if (!url) {
    failed.message = "redirects to a URL that cannot be asked for: " + url.error().message;
    return settle(id, std::move(failed));
  }
  ++task.hops;
  dispatcher_.again(id, std::move(*url));
}

void Coordinator::fail_or_retry(TaskId id, Failed failed) {
  Task& task = dispatcher_.task(id);
  if (failed.error == ErrorClass::disk && failed.retry == Retry::no && !trouble_.output) {
    trouble_.output = failed.message;
    end_early();
  }
  // Nothing of a big file's way is lost, so a server that cuts it often gets it done at last.
  if (failed.secured >= kFreeRetryBytes && task.attempts > 1) --task.attempts;
  const auto delay =
      retry_policy_.delay(failed, task.attempts, std::chrono::system_clock::now(), random_);
  if (!delay) {
    if (failed.retry == Retry::yes && task.attempts <= parts_.rules.retries) {
      failed.error = ErrorClass::rate_limited;
      failed.message += "; it asks for a longer wait than --max-wait";
    }
    return settle(id, std::move(failed));
  }
  if (stage_ == Stage::cut_off) return forget(id);
  const double seconds = std::chrono::duration<double>(*delay).count();
  say([text = fmt::format("again in {:.1f}s: {}: {}: {}", seconds, task.link.listed,
                          name(failed.error), failed.message)](RunReport& r) { r.detail(text); });
  if (!failed.response.retry_after.empty()) tell_of_pause(task.origin, *delay);
  dispatcher_.start_over(id, loop_.now() + *delay);
}

/// Why nothing comes from there for a while, which progress alone would not explain.
void Coordinator::tell_of_pause(const std::string& origin, Duration pause) {
  if (pause < kPauseWorthTelling || loop_.now() < next_word_of_pause_) return;
  next_word_of_pause_ = loop_.now() + kPauseWorthTelling;
  say([text = fmt::format("{} asks for a pause: its links go on in {:.0f} s", origin,
                          std::chrono::duration<double>(pause).count())](RunReport& report) {
    report.notice(text);
  });
}

void Coordinator::on_lost(TaskId id, Blame blame) {
  dispatcher_.answered(id, HostFeedback{});
  Task& task = dispatcher_.task(id);
  if (stage_ == Stage::cut_off) return forget(id);
  if (blame == Blame::sole && ++task.sole_deaths >= kMaxSoleDeaths) {
    return settle(id, Failed{.error = ErrorClass::crashed_worker,
                             .message = fmt::format("its worker died {} times in a row while it "
                                                    "fetched nothing else",
                                                    kMaxSoleDeaths)});
  }
  // Back to the start, and what the crash cut short counts as no attempt.
  task.alone = task.alone || blame != Blame::none;
  if (task.attempts > 0) --task.attempts;
  dispatcher_.start_over(id, loop_.now());
}

void Coordinator::settle(TaskId id, Outcome outcome) {
  Task task = dispatcher_.take_out(id);
  FinishedLink finished{.link = std::move(task.link),
                        .outcome = std::move(outcome),
                        .final_url = std::move(task.url.text),
                        .attempts = task.attempts,
                        .started_at = task.started_at};
  finished.duration =
      std::chrono::duration_cast<std::chrono::milliseconds>(loop_.now() - task.started);
  ledger_.settle(std::move(finished));
}

/// Left unsettled: the run ends before it is this link's turn again.
void Coordinator::forget(TaskId id) {
  (void)dispatcher_.take_out(id);
  ++unfinished_;
}

// --- The end ---

void Coordinator::on_ledger_progress() {
  drain_eventfd(ledger_.progress_fd());
  note_output_trouble();
  if (trouble_.signal == SIGPIPE || trouble_.output) end_early();
  if (ledger_.finished()) loop_.stop();
}

void Coordinator::note_output_trouble() {
  const int error = parts_.report->results_error();
  if (error == EPIPE && parts_.report->results_to_stdout()) {
    if (trouble_.signal == 0) trouble_.signal = SIGPIPE;
  } else if (error != 0 && !trouble_.output) {
    trouble_.output = fmt::format("cannot write the results: {}", errno_text(error));
  }
  if (!trouble_.output) trouble_.output = ledger_.output_error();
}

void Coordinator::on_signal(int signal) {
  const bool again = trouble_.signal != 0;
  trouble_.signal = signal;
  if (again) {  // at once; a worker that is stuck in the kernel dies when we do
    workers_.kill_all();
    loop_.stop();
    return;
  }
  say([in_flight = workers_.in_flight()](RunReport& report) {
    report.notice(in_flight == 0 ? "interrupted: writing down what is done; once more stops at once"
                                 : fmt::format("interrupted: {} in flight get 10 s to finish; once "
                                               "more stops at once",
                                               in_flight));
  });
  end_early();
}

void Coordinator::end_early() {
  if (stage_ == Stage::cut_off) return;
  const bool already_ending = stage_ == Stage::finishing;
  stage_ = Stage::cut_off;
  reader_.cancel();
  dispatcher_.clear();
  if (!already_ending) stop_workers();
}

void Coordinator::end_if_done() {
  if (!total_ || dispatcher_.size() > 0) return;
  stage_ = Stage::finishing;
  stop_workers();
}

void Coordinator::stop_workers() {
  // The loop goes on until all is written down, so that a signal finds somebody who waits for it.
  workers_.stop([this] { ledger_.close(); });
  loop_.call_at(loop_.now() + kGrace, [this] { workers_.cut(); });
  loop_.call_at(loop_.now() + kGrace + kCutTime, [this] { workers_.kill_all(); });
}

void Coordinator::report_progress() {
  loop_.call_at(loop_.now() + kProgressInterval, [this] { report_progress(); });
  if (backlogged()) return;
  ProgressState state;
  state.total = total_;
  state.bytes = workers_.bytes_in();
  say([state, now = loop_.now()](RunReport& report) { report.progress(state, now); });
}

void Coordinator::say(std::function<void(RunReport&)> what) {
  if (ledger_.backlog() > kMaxBacklogForMessages) return;
  ledger_.post([report = parts_.report.get(), what = std::move(what)] { what(*report); });
}

RunEnd Coordinator::finish() {
  // Nothing is in flight any more. What may still hang, a signal ends at once.
  Signals::unblock();
  const bool reader_stuck = !reader_.join();
  ledger_.finish();
  note_output_trouble();
  (void)reserve_.free();  // a full disk may need the room for the run's own row
  const auto ended = end_run(parts_.ledger, parts_.report->tally(),
                             stage_ == Stage::cut_off ? "stopped early" : "finished");
  if (!ended && !trouble_.output) trouble_.output = ended.error().message;
  if (ledger_damaged_) parts_.ledger.ledger->note_damage();
  if (reader_stuck) parts_.ledger.ledger->note_lasting_reader();
  // A damaged one is moved aside here, when nobody else has it open: not every ending of the
  // program runs destructors.
  parts_.ledger.ledger.reset();
  RunReport& report = *parts_.report;
  if (stage_ == Stage::cut_off) {
    report.error(
        fmt::format("stopped early: {} links that were begun or waiting have no record, nor has "
                    "what was not read of the list; the same command goes on from here",
                    unfinished_ + dispatcher_.size()));
  }
  if (trouble_.workers) report.error(*trouble_.workers);
  if (trouble_.output) {
    report.error(*trouble_.output + "; mend that, then the same command goes on from here");
  }
  report.finish(std::chrono::steady_clock::now());

  return {.exit_status = exit_status(trouble_, report.tally(), parts_.rules.max_failed),
          .signal = trouble_.signal,
          .reader_stuck = reader_stuck};
}

}  // namespace fanfetch
