#include "coordinator/run/run_live.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "common/human_text.h"
#include "coordinator/process/local_time.h"
#include "coordinator/run/run_setup.h"

namespace fanfetch {
namespace {

/// Of what a driver is told: all but when its own run is to end.
FleetFields for_nodes(std::span<const Assignment> values) {
  FleetFields told;
  for (const Assignment& one : values) {
    if (!is_of_one_run(one.name)) told.emplace_back(one.name, one.value);
  }
  return told;
}

}  // namespace

Run::Live::Live(Run& run, LedgerInbox& inbox)
    : run_(run),
      inbox_(inbox),
      began_at_(std::chrono::system_clock::now()),
      begun_(run.parts_.settings),
      settings_(begun_),
      pace_(begun_.limit_rate, utc_offset),
      alarm_(run.loop_, [this] { on_time(); }) {}

void Run::Live::begin() {
  go_by_pace();
  if (!settings_.limit_rate.is_timetable()) return;
  note("--limit-rate: " + holds_text(applied_, both_clocks().wall));
}

RunPace::Now Run::Live::both_clocks() const {
  return {.wall = std::chrono::system_clock::now(), .steady = now()};
}

Instant Run::Live::now() const { return run_.loop_.now(); }

LiveStatus Run::Live::status() const {
  const RunPace::Now clocks = both_clocks();
  const RunPace::State pace = pace_.at(clocks);
  LiveStatus status{.run = run_.parts_.ledger.ledger->run(),
                    .pid = ::getpid(),
                    .started_at = began_at_,
                    .state = "running",
                    .paused_for = {},
                    .paused_until = {},
                    .rate = {},
                    .live = run_.parts_.report->live(0)};
  if (settings_.limit_rate.is_timetable()) status.rate = holds_text(pace, clocks.wall);
  status.live.paused.clear();  // the report learns of it later
  if (run_.coordinator_.stage() != Stage::running) {
    status.state = "ending";
  } else if (pace.is_paused()) {
    status.state = "paused";
    status.live.paused = paused_text(pace, clocks.wall);
    status.paused_until = pace.paused_until;
    if (pace.paused_until) {
      status.paused_for =
          std::chrono::ceil<std::chrono::milliseconds>(*pace.paused_until - clocks.wall);
    }
  }
  return status;
}

std::vector<HostView> Run::Live::hosts(HostOrder order, std::size_t most) const {
  return run_.coordinator_.top_hosts(order, most);
}

std::vector<WorkerView> Run::Live::workers() const {
  return run_.workers_ ? run_.workers_->views() : std::vector<WorkerView>();
}

std::optional<SeenFleet> Run::Live::fleet() const {
  return run_.driver_ ? std::optional(run_.driver_->seen()) : std::nullopt;
}

std::vector<LiveFailure> Run::Live::failures(std::size_t most) const {
  return run_.parts_.report->live(most).last_failures;
}

std::vector<SettingLine> Run::Live::settings() const {
  const RunPace::Now clocks = both_clocks();
  return setting_lines(
      settings_, begun_,
      settings_.limit_rate.is_timetable() ? holds_text(pace_.at(clocks), clocks.wall) : "");
}

Result<Heard> Run::Live::set(std::span<const Assignment> values) {
  auto wanted = changed(settings_, begun_, values);
  if (!wanted) return tl::unexpected(std::move(wanted.error()));
  const auto of_hosts =
      std::ranges::find_if(values, [](const Assignment& one) { return is_of_hosts(one.name); });
  if (run_.node_ && of_hosts != values.end()) {
    return fail(
        "{}: what hosts are asked for is the whole fleet's to keep: set it in the driver's "
        "folder",
        of_hosts->name);
  }
  if (!run_.driver_ && wanted->jobs > run_.parts_.pool.jobs) {
    return fail(
        "jobs: the workers of this run were made for {} transfers at once, the most that "
        "may be set; --jobs gives the next run more",
        run_.parts_.pool.jobs);
  }
  if (run_.driver_) {
    const auto checked =
        run_.driver_->check_rules(host_rules(run_.coordinator_.host_rules(), *wanted, begun_));
    if (!checked) return tl::unexpected(checked.error());
  }
  const FleetFields told = run_.driver_ ? for_nodes(values) : FleetFields();
  if (!told.empty()) run_.driver_->set(told);
  if (*wanted == settings_ && told.empty()) return Heard::so_already;
  const Settings before = settings_;
  apply(std::move(*wanted));
  const bool has_new_table =
      settings_.limit_rate.is_timetable() && settings_.limit_rate != before.limit_rate;
  note("set " + changes_text(settings_, values) +
       (has_new_table ? ": now " + holds_text(applied_, both_clocks().wall) : ""));
  return Heard::done;
}

void Run::Live::follow_driver(const FleetFields& told) {
  Settings wanted = settings_;
  std::vector<Assignment> values;
  for (const auto& [name, value] : told) {
    const Assignment one{name, value};
    auto next = changed(wanted, begun_, std::span(&one, 1));
    if (!next) {
      note("the fleet's driver was told what this node cannot do: " + next.error().message);
      continue;
    }
    wanted = std::move(*next);
    values.push_back(one);
  }
  wanted.jobs = std::min(wanted.jobs, run_.parts_.pool.jobs);  // its workers were made for these
  if (wanted == settings_) return;
  apply(std::move(wanted));
  note("set by the fleet's driver: " + changes_text(settings_, values));
}

Heard Run::Live::pause(std::optional<std::chrono::milliseconds> time) {
  if (!pace_.pause(time ? std::optional(now() + *time) : std::nullopt)) return Heard::so_already;
  go_by_pace();
  const std::string length = time ? " for " + human_duration(*time) : "";
  // What is in flight, of all that was sent to them, nodes alone know.
  note(run_.driver_
           ? fmt::format("paused{}: nodes finish what is in flight, and start nothing new", length)
           : fmt::format("paused{}: {} in flight finish, and nothing new starts", length,
                         run_.in_flight()));
  return Heard::done;
}

void Run::Live::follow_drivers_pause(bool is_paused) {
  pace_.set_paused_by_driver(is_paused);
  go_by_pace();
  if (is_paused) return note(paused_text(applied_, both_clocks().wall));
  note("the driver goes on" +
       (applied_.is_paused()
            ? "; this node is " + paused_text(applied_, both_clocks().wall) + " still"
            : ""));
}

void Run::Live::end_pauses() {
  const bool was_paused = applied_.is_paused();
  pace_.set_paused_by_driver(false);
  (void)pace_.resume(both_clocks());
  go_by_pace();
  if (was_paused) note("the fleet's list is at its end, and so is the pause");
}

Result<Heard> Run::Live::resume() {
  const bool by_driver = applied_.pause == RunPace::Pause::driver;
  const bool was_paused = pace_.resume(both_clocks());
  if (by_driver && !was_paused) {
    return fail("this node is paused by the fleet's driver: resume in the driver's folder");
  }
  if (!was_paused) return Heard::so_already;
  go_by_pace();
  if (by_driver) {
    note("this node's own pause is over; it is " + paused_text(applied_, both_clocks().wall));
    return Heard::done;
  }
  note("resumed" + (settings_.limit_rate.is_timetable()
                        ? ": --limit-rate " + holds_text(applied_, both_clocks().wall)
                        : ""));
  return Heard::done;
}

Heard Run::Live::stop() {
  if (run_.coordinator_.stage() != Stage::running) return Heard::so_already;
  record("stop");
  run_.coordinator_.end_as_asked(EndReason::stop_command, "stopped by fanfetch stop");
  return Heard::done;
}

void Run::Live::apply(Settings wanted) {
  const Settings before = std::exchange(settings_, std::move(wanted));
  if (settings_.jobs != before.jobs && run_.workers_) run_.workers_->allow_jobs(settings_.jobs);
  if (settings_.limit_rate != before.limit_rate) {
    pace_.set_plan(settings_.limit_rate);
    go_by_pace();
  }
  if (settings_.limits != before.limits) run_.coordinator_.set_limits(settings_.limits);
  // Not for each change: hosts that repeated by themselves would be forgiven what they owe.
  if (settings_.rate != before.rate || settings_.per_host != before.per_host ||
      settings_.hosts != before.hosts) {
    run_.coordinator_.set_host_rules(host_rules(run_.coordinator_.host_rules(), settings_, begun_));
  }
}

/// Has the run go by what holds now, and looks again when that is over.
void Run::Live::go_by_pace() {
  const RunPace::Now clocks = both_clocks();
  const RunPace::State before = std::exchange(applied_, pace_.at(clocks));
  if (applied_.allowed.bytes != before.allowed.bytes) {
    if (run_.workers_) run_.workers_->limit_bytes(applied_.allowed.bytes);
    run_.coordinator_.set_limit_rate(applied_.allowed.bytes);
  }
  if (applied_.is_paused()) {
    run_.coordinator_.pause(paused_text(applied_, clocks.wall));
  } else if (before.is_paused()) {
    run_.coordinator_.resume();
  }
  alarm_.set(applied_.rate_until);
  if (pause_timer_) run_.loop_.cancel(*std::exchange(pause_timer_, std::nullopt));
  if (!applied_.pause_ends) return;
  pause_timer_ = run_.loop_.call_at(*applied_.pause_ends, [this] {
    pause_timer_.reset();
    on_time();
  });
}

/// A pause is over, the timetable has something else, or the clock on the wall was set.
void Run::Live::on_time() {
  if (run_.coordinator_.stage() != Stage::running) return;
  const RunPace::State before = applied_;
  go_by_pace();
  const std::string text = change_text(before, applied_, both_clocks().wall, run_.in_flight());
  if (!text.empty()) note(text);
}

/// For the user, and for the record.
void Run::Live::note(const std::string& text) {
  record(text);
  if (inbox_.backlog() <= Coordinator::kMaxBacklogForMessages) inbox_.notice(text);
}

void Run::Live::record(const std::string& text) {
  run_.ledger_.post(
      [&ledger = *run_.parts_.ledger.ledger, text, now = std::chrono::system_clock::now()] {
        (void)ledger.note_told(now, text);  // an error of the database is the next batch's
      });
}

}  // namespace fanfetch
