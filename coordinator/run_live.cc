#include "coordinator/run_live.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "common/human_text.h"
#include "coordinator/run_setup.h"

namespace fanfetch {

Run::Live::Live(Run& run, LedgerInbox& inbox)
    : run_(run),
      inbox_(inbox),
      began_at_(std::chrono::system_clock::now()),
      begun_(run.parts_.settings),
      settings_(begun_) {}

Instant Run::Live::now() const { return run_.loop_.now(); }

LiveStatus Run::Live::status() const {
  LiveStatus status{.run = run_.parts_.ledger.ledger->run(),
                    .pid = ::getpid(),
                    .started_at = began_at_,
                    .state = "running",
                    .paused_for = {},
                    .live = run_.parts_.report->live(0)};
  if (run_.coordinator_.stage() != Stage::running) {
    status.state = "ending";
  } else if (run_.coordinator_.is_paused()) {
    status.state = "paused";
    if (pause_)
      status.paused_for = std::chrono::ceil<std::chrono::milliseconds>(pause_->first - now());
  }
  return status;
}

std::vector<HostView> Run::Live::hosts(HostOrder order, std::size_t most) const {
  return run_.coordinator_.top_hosts(order, most);
}

std::vector<WorkerView> Run::Live::workers() const { return run_.workers_.views(); }

std::vector<LiveFailure> Run::Live::failures(std::size_t most) const {
  return run_.parts_.report->live(most).last_failures;
}

std::vector<SettingLine> Run::Live::settings() const { return setting_lines(settings_, begun_); }

Result<Heard> Run::Live::set(std::span<const Assignment> values) {
  auto wanted = changed(settings_, begun_, values);
  if (!wanted) return tl::unexpected(std::move(wanted.error()));
  if (wanted->jobs > run_.parts_.pool.jobs) {
    return fail(
        "jobs: the workers of this run were made for {} transfers at once, the most that "
        "may be set; --jobs gives the next run more",
        run_.parts_.pool.jobs);
  }
  if (*wanted == settings_) return Heard::so_already;
  apply(std::move(*wanted));
  note("set " + changes_text(settings_, values));
  return Heard::done;
}

Heard Run::Live::pause(std::optional<std::chrono::milliseconds> time) {
  const bool was_paused = run_.coordinator_.is_paused();
  if (was_paused && !time && !pause_) return Heard::so_already;
  forget_timer();
  run_.coordinator_.pause();
  if (time) {
    pause_ = run_.loop_.call_at(now() + *time, [this] {
      pause_.reset();
      if (run_.coordinator_.stage() != Stage::running) return;
      run_.coordinator_.resume();
      note("the pause is over");
    });
  }
  note(fmt::format("paused{}: {} in flight finish, and nothing new starts",
                   time ? " for " + human_duration(*time) : "", run_.workers_.in_flight()));
  return Heard::done;
}

Heard Run::Live::resume() {
  if (!run_.coordinator_.is_paused()) return Heard::so_already;
  forget_timer();
  run_.coordinator_.resume();
  note("resumed");
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
  if (settings_.jobs != before.jobs) run_.workers_.allow_jobs(settings_.jobs);
  if (settings_.limit_rate != before.limit_rate) {
    run_.workers_.limit_bytes(settings_.limit_rate);
    run_.coordinator_.set_limit_rate(settings_.limit_rate);
  }
  if (settings_.limits != before.limits) run_.coordinator_.set_limits(settings_.limits);
  // Not for each change: hosts that repeated by themselves would be forgiven what they owe.
  if (settings_.rate != before.rate || settings_.per_host != before.per_host ||
      settings_.hosts != before.hosts) {
    run_.coordinator_.set_host_rules(host_rules(run_.coordinator_.host_rules(), settings_, begun_));
  }
}

void Run::Live::forget_timer() {
  if (pause_) run_.loop_.cancel(*std::exchange(pause_, std::nullopt));
}

/// For the user, and for the record.
void Run::Live::note(const std::string& text) {
  if (inbox_.backlog() > Coordinator::kMaxBacklogForMessages) return;
  inbox_.notice(text);
  record(text);
}

void Run::Live::record(const std::string& text) {
  run_.ledger_.post(
      [&ledger = *run_.parts_.ledger.ledger, text, now = std::chrono::system_clock::now()] {
        (void)ledger.note_told(now, text);  // an error of the database is the next batch's
      });
}

}  // namespace fanfetch
