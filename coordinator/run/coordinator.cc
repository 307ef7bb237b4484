#include "coordinator/run/coordinator.h"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <utility>

#include "common/human_text.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/process/shortage.h"

namespace fanfetch {

Coordinator::Coordinator(DispatchRules rules, const Seams& seams, std::function<void()> leave_loop,
                         About about, std::uint64_t seed)
    : workers_(seams.workers),
      timers_(seams.timers),
      links_(seams.links),
      ledger_(seams.ledger),
      leave_loop_(std::move(leave_loop)),
      about_(std::move(about)),
      dispatcher_(std::in_place, std::move(rules), seams.workers, seams.routes, seams.timers,
                  Dispatcher::Events{
                      .on_finished = [this](FinishedLink link) { on_finished(std::move(link)); },
                      .on_try_again = [this](const Task& task, const Failed& failed,
                                             Duration delay) { on_try_again(task, failed, delay); },
                      .held_back = [this] { return is_backlogged(); },
                      .guard = seams.guard},
                  seed),
      fetching_(*dispatcher_) {}

Coordinator::Coordinator(Fetching& fetching, const Seams& seams, std::function<void()> leave_loop,
                         About about)
    : workers_(seams.workers),
      timers_(seams.timers),
      links_(seams.links),
      ledger_(seams.ledger),
      leave_loop_(std::move(leave_loop)),
      about_(std::move(about)),
      fetching_(fetching) {}

bool Coordinator::start() {
  auto started = workers_.start();
  if (!started) trouble_.workers = std::move(started.error().message);
  return started.has_value();
}

void Coordinator::after_batch() {
  if (stage_.stage() == Stage::running) {
    if (!is_paused()) take_items();  // a reader that waits asks for no further page
    fetching_.dispatch();
    take_more_later();
    if (total_ && fetching_.size() == 0) on_event(RunEvent::all_finished);
  }
  workers_.wake();
}

// --- In: from the reader to the dispatcher ---

void Coordinator::take_items() {
  std::vector<Record> records;
  items_left_ = take_items_into(records);
  report(records);
}

void Coordinator::report(std::vector<Record>& records) {
  if (!records.empty()) ledger_.report(std::exchange(records, {}));
}

/// True: there may be more.
bool Coordinator::take_items_into(std::vector<Record>& records) {
  const std::size_t most = fetching_.size() + fetching_.room();
  for (int taken = 0; taken < kItemsPerBatch; ++taken) {
    if (is_backlogged() || fetching_.size() >= most) break;
    auto item = links_.take();
    if (!item) return false;
    take(std::move(*item), records);
    if (stage_.stage() != Stage::running) return false;
  }
  return true;
}

void Coordinator::take(ReaderItem item, std::vector<Record>& records) {
  if (auto* link = std::get_if<Link>(&item)) {
    ++read_;
    fetching_.add(std::move(*link));
  } else if (auto* record = std::get_if<Record>(&item)) {
    ++read_;
    records.push_back(std::move(*record));
  } else if (auto* row = std::get_if<LedgerRow>(&item)) {
    ++read_;
    ledger_.settle(std::move(*row));
  } else if (auto* trouble = std::get_if<OutputTrouble>(&item)) {
    if (trouble->ledger_damaged) {
      ledger_damaged_ = true;
      trouble->message += kMovedAside;
    }
    report(records);  // before the run's end, which may close the ledger immediately
    fail_output(std::move(trouble->message));
  } else if (auto* error = std::get_if<Error>(&item)) {
    trouble_.list_failed = true;
    if (tells_of_shortage(error->message)) trouble_.list_short = true;
    if (!drops_messages()) ledger_.error(std::move(error->message));
  } else if (auto* notice = std::get_if<Notice>(&item)) {
    if (!drops_messages()) ledger_.notice(std::move(notice->text));
  } else {
    total_ = std::get<EndOfList>(item).total;
    fetching_.on_list_end();
  }
}

bool Coordinator::wants_more_links() const { return !is_backlogged() && fetching_.room() > 0; }

/// take_items() stopped before the reader's queue was empty, and no event will report the rest.
void Coordinator::take_more_later() {
  if (std::exchange(items_left_, false) && wants_more_links()) links_.wake_again();
}

bool Coordinator::is_backlogged() const { return ledger_.backlog() > kMaxBacklog; }

bool Coordinator::drops_messages() const { return ledger_.backlog() > kMaxBacklogForMessages; }

// --- Out: to the ledger and the user ---

void Coordinator::on_finished(FinishedLink finished) {
  const auto* failed = std::get_if<Failed>(&finished.outcome);
  // What is short may come back, and is worth another try; not if that has not helped.
  const bool disk_failed = failed != nullptr && failed->error == ErrorClass::disk &&
                           (failed->retry == Retry::no || tells_of_shortage(failed->message));
  std::optional<std::string> reason;
  if (disk_failed) reason = failed->message;
  if (finished.handed_over) ++handed_over_;
  ledger_.settle(std::move(finished));
  if (reason) fail_output(std::move(*reason));
}

void Coordinator::on_try_again(const Task& task, const Failed& failed, Duration delay) {
  if (!drops_messages()) {
    ledger_.detail(fmt::format("again in {}: {}: {}: {}", human_duration(delay), task.link.listed,
                               name(failed.error), failed.message));
  }
  if (!failed.response.retry_after.empty()) report_pause(task.origin, delay);
}

void Coordinator::on_worker_message(std::string text) {
  if (!drops_messages()) ledger_.notice(std::move(text));
}

void Coordinator::on_out_of_reach(std::string why) {
  trouble_.list_failed = true;
  ledger_.error(std::move(why));
  on_event(RunEvent::must_end);
}

/// Says why nothing comes from a host for a while, which the progress alone does not explain.
void Coordinator::report_pause(const std::string& origin, Duration pause) {
  if (pause < kPauseWorthTelling || timers_.now() < next_pause_report_) return;
  next_pause_report_ = timers_.now() + kPauseWorthTelling;
  if (drops_messages()) return;
  ledger_.notice(
      fmt::format("{} asks for a pause: its links go on in {}", origin, human_time_left(pause)));
}

void Coordinator::report_progress(Duration interval) {
  timers_.call_at(timers_.now() + interval, [this, interval] { report_progress(interval); });
  if (is_backlogged()) return;
  ledger_.progress(progress_state(), timers_.now());
}

ProgressState Coordinator::progress_state() {
  if (const Instant now = timers_.now(); now >= next_waits_) {
    waits_ = fetching_.waits(now);
    next_waits_ = now + kWaitsInterval;
  }
  const std::uint64_t received = workers_.bytes_in();
  const BytesInFlight in_flight = workers_.bytes_in_flight();
  return {.total = counted_total(),
          .bytes = received - std::min(received, fetching_.wasted_bytes()),
          .wasted = fetching_.wasted_bytes(),
          .read = read_ - handed_over_,
          .to_fetch = fetching_.added() - handed_over_,
          .held = fetching_.size(),
          .in_flight = workers_.in_flight(),
          .known_in_flight = in_flight.jobs,
          .known_received = in_flight.received,
          .known_to_come = in_flight.to_come,
          .hosts_waiting = waits_.hosts,
          .longest_wait = waits_.longest,
          .everything_waits = waits_.hosts > 0 && fetching_.under_way() == 0,
          .paused = stage_.stage() == Stage::running ? paused_ : "",
          .nodes = fetching_.nodes()};
}

std::optional<std::uint64_t> Coordinator::counted_total() const {
  if (!total_) return std::nullopt;
  return *total_ - std::min(*total_, handed_over_);
}

ProgressState Coordinator::end_state() const {
  const std::uint64_t received = workers_.bytes_in();
  const std::uint64_t wasted = std::min(fetching_.wasted_bytes(), received);
  return {.total = counted_total(), .bytes = received - wasted, .wasted = wasted};
}

// --- Limits of the run ---

void Coordinator::set_limits(const RunLimits& limits) {
  // It was measured while another limit held, which may be long ago.
  if (limits.min_free != limits_.min_free) ledger_.forget_free();
  limits_ = limits;
  if (!limits_.any() || std::exchange(limits_watched_, true)) return;
  timers_.call_at(timers_.now(), [this] { check_limits(); });  // from the loop, which can end
}

/// Of a run that ends already, a disk that is nearly full still matters: its exit status comes
/// first.
RunLimits Coordinator::limits_that_matter() const {
  if (stage_.stage() == Stage::running) return limits_;
  const bool is_noted = trouble_.asked && trouble_.asked->reason == EndReason::min_free;
  if (stage_.stage() == Stage::finishing || is_noted) return {};
  return {.min_free = limits_.min_free};
}

void Coordinator::check_limits() {
  const RunLimits limits = limits_that_matter();
  if (!limits.any()) {
    limits_watched_ = false;
    return;
  }
  timers_.call_at(timers_.now() + kLimitsInterval, [this] { check_limits(); });
  if (limits.min_free != 0) ledger_.measure_free();
  const RunUse used = use();
  if (const auto reached = limit_reached(limits, used)) {
    end_as_asked(*reached, why_ended(*reached, limits, used, about_.output));
  }
}

RunUse Coordinator::use() const {
  RunUse use{.elapsed = timers_.now() - about_.launched,
             .received = workers_.bytes_in(),
             .free = ledger_.free_bytes(),
             .sleeps_for = {}};
  // Of a list that is not at its end the next link may be for another host, and come at any moment;
  // so may the end of a pause.
  if (!is_paused() && (total_ || fetching_.size() >= Dispatcher::kMaxTasksWhileHostsWait)) {
    if (const auto until = fetching_.sleeps_until()) {
      use.sleeps_for =
          std::max(*until - timers_.now(), Duration::zero());  // while it is backlogged
    }
  }
  return use;
}

// --- What the user wants in mid-run ---

void Coordinator::pause(std::string words) {
  paused_ = std::move(words);
  fetching_.pause();
}

void Coordinator::resume() {
  paused_.clear();
  fetching_.resume();
  links_.wake_again();  // no event tells of what has come meanwhile
}

// --- The end ---

void Coordinator::on_ledger_progress() {
  note_output_trouble();
  if (trouble_.signal == SIGPIPE || trouble_.output) on_event(RunEvent::must_end);
  if (ledger_.is_finished()) on_event(RunEvent::all_written);
}

void Coordinator::note_output_trouble() {
  note_results_error(trouble_, ledger_.results_error(), ledger_.results_go_to_stdout());
  if (!trouble_.output) trouble_.output = ledger_.output_error();
}

void Coordinator::fail_output(std::string reason) {
  if (!trouble_.output) trouble_.output = std::move(reason);
  on_event(RunEvent::must_end);
}

void Coordinator::on_workers_hopeless(Error error) {
  if (!trouble_.workers) trouble_.workers = std::move(error.message);  // what follows is its doing
  on_event(RunEvent::workers_hopeless);
}

void Coordinator::on_signal(int signal) {
  trouble_.signal = signal;  // in place of a SIGPIPE of ours, which was no word of the user
  if (std::exchange(signalled_, true)) return on_event(RunEvent::signal_again);
  if (!drops_messages()) {
    ledger_.notice(fmt::format("interrupted: {}; once more stops at once", what_is_done_yet()));
  }
  on_event(RunEvent::must_end);
}

/// Before a run that is to end does so. What links of a fleet's driver are in flight, nodes know.
std::string Coordinator::what_is_done_yet() const {
  if (!dispatcher_ && fetching_.under_way() > 0) {
    return "writing down what is done, while nodes go on with the links that they have";
  }
  const auto in_flight = dispatcher_ ? workers_.in_flight() : 0;
  if (in_flight == 0) return "writing down what is done";
  return fmt::format("{} in flight get 10 s to finish", in_flight);
}

void Coordinator::end_as_asked(EndReason reason, std::string why) {
  if (stage_.stage() == Stage::finishing) return;  // whole by itself
  if (stage_.stage() == Stage::cut_off && reason != EndReason::min_free) return;
  if (!drops_messages()) {
    const bool ends_fleet = !dispatcher_ && reason == EndReason::stop_command;
    ledger_.notice(
        fmt::format("{}: {}", why,
                    ends_fleet ? "writing down what is done; nodes end, too" : what_is_done_yet()));
  }
  note_asked_end(trouble_, {reason, std::move(why)});
  on_event(RunEvent::asked_to_end);
}

void Coordinator::on_event(RunEvent event) {
  const RunOrders orders = stage_.on(event);
  if (orders.cancel_links) {
    links_.cancel();
    fetching_.cut_off();
  }
  if (orders.stop_workers) stop_workers();
  if (orders.cut_workers) workers_.cut();
  if (orders.kill_workers) workers_.kill_all();
  if (orders.settle_rest) ledger_.settle_rest();
  if (orders.close_ledger) ledger_.close();
  if (orders.leave_loop) leave_loop_();
}

void Coordinator::leave_workers_behind() {
  if (workers_gone_) return;  // only the ledger is slow
  if (!drops_messages()) {
    ledger_.notice("a worker process cannot be killed, as its disk does not respond: it is left");
  }
  on_event(RunEvent::kill_over);
}

/// The loop goes on until all is written down, so that a second signal is seen.
void Coordinator::stop_workers() {
  workers_.stop([this] {
    workers_gone_ = true;
    on_event(RunEvent::workers_gone);
  });
  timers_.call_at(timers_.now() + kGrace, [this] { on_event(RunEvent::grace_over); });
  timers_.call_at(timers_.now() + kGrace + kCutTime, [this] { on_event(RunEvent::cut_over); });
  timers_.call_at(timers_.now() + kGrace + kCutTime + kKillTime,
                  [this] { leave_workers_behind(); });
}

}  // namespace fanfetch
