#include "coordinator/fleet/run/fleet_driver.h"

#include <fmt/format.h>

#include <utility>

#include "common/human_text.h"
#include "coordinator/fleet/run/job_scripts.h"
#include "coordinator/fleet/run/spread_limits.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

constexpr std::chrono::milliseconds kLookEvery{1000};

}  // namespace

FleetDriver::FleetDriver(FleetAccess access, FleetJob job, LinkSpool spool, Settings settings)
    : access_(std::move(access)),
      job_(std::move(job)),
      prefix_(key_prefix(job_.name)),
      settings_(std::move(settings)),
      links_(job_, std::move(spool), settings_.attempts, settings_.spread),
      spreader_(job_, links_, settings_.per_host),
      results_(prefix_, links_),
      workers_(NoWorkers::Elsewhere{.in_flight = [this] { return links_.outstanding(); },
                                    .bytes_in = [this] { return results_.bytes(); }}),
      watch_(job_, settings_.where) {}

FleetDriver::~FleetDriver() {
  if (loop_ == nullptr) return;
  for (auto* timer : {&look_timer_, &end_timer_, &again_timer_, &move_timer_}) {
    cancel_timer(*loop_, *timer);
  }
}

void FleetDriver::start(EventLoop& loop, Events events) {
  loop_ = &loop;
  events_ = std::move(events);
  line_.emplace(loop, access_,
                FleetLine::Events{
                    .on_up = [this](RedisData) { on_up(); },
                    .on_down = nullptr,
                    .on_gone = [this](std::string why, bool) { events_.on_gone(std::move(why)); },
                    .on_notice = events_.on_notice});
  links_.start(
      loop, *line_,
      {.settle = events_.settle, .on_gone = events_.on_gone, .on_notice = events_.on_notice});
  spreader_.start({.write = [this](const std::string& spread, const std::vector<unsigned>& empty,
                                   auto done) { write_spread(spread, empty, std::move(done)); },
                   .on_notice = events_.on_notice});
  results_.start(loop, *line_, {.settle = events_.settle, .on_notice = events_.on_notice});
  watch_.start(loop, *line_);
  line_->start();
}

void FleetDriver::on_up() {
  if (closed_) return say_end();
  give_sign();
  tell_nodes();  // it may have been told something meanwhile
  results_.on_up();
  watch_.on_up();
  look_soon();
}

Result<> FleetDriver::check_rules(const HostRules& rules) const {
  return check_limits(spreader_.hosts(), rules, settings_.per_host);
}

void FleetDriver::dispatch() {
  if (links_.move_parked() && !move_timer_) {
    move_timer_ = loop_->call_at(loop_->now(), [this] { move_timer_.reset(); });
  }
  links_.place_held_back();
}

void FleetDriver::cut_off() {
  is_cut_off_ = true;
  results_.stop();
}

void FleetDriver::set_state(FleetJob::State state) {
  job_.state = state;
  tell_nodes();
}

void FleetDriver::set(const FleetFields& told) {
  add_settings(job_.settings, told);
  tell_nodes();
}

/// By the job's hash, which they look at every second. What Redis does not take is told again by
/// the next look, and where the line is down, when it is up.
void FleetDriver::tell_nodes() {
  is_told_ = false;
  if (!line_) return;
  const bool is_done = job_.state == FleetJob::State::done;
  std::vector<std::string> arguments{prefix_, job_.id};
  if (!is_done) {
    arguments.insert(arguments.end(), {std::string(name(job_.state)), to_bytes(job_.settings)});
  }
  (void)line_->run(is_done ? scripts::kEnd : std::string_view(scripts::kTell), std::move(arguments),
                   [this, state = job_.state, settings = job_.settings](const RedisAnswer& answer) {
                     if (answer.fate == RedisAnswer::Fate::refused) line_->tell(answer.trouble);
                     if (!answer.is_good()) return;
                     // Its data may be gone since the last look, and at the end none follows.
                     if (answer.reply.integer == 0 && closed_) return begin_again();
                     const bool is_latest = state == job_.state && settings == job_.settings;
                     if (answer.reply.integer == 1 && is_latest) is_told_ = true;
                   });
}

void FleetDriver::flush() {
  if (!line_) return;
  results_.acknowledge();
  if (is_cut_off_) return;
  if (!is_beginning_) links_.flush();
  const std::size_t sent = links_.outstanding() + results_.settling_early();
  if (results_.settling() > 0 && results_.settling() == sent) events_.settle_early();
}

// --- What Redis has lost ---

/// That it lives; see driver_quiet(). One that is lost is followed by the next.
void FleetDriver::give_sign() {
  (void)line_->run(scripts::kDriverSign, {prefix_, job_.id}, [this](const RedisAnswer& answer) {
    if (answer.is_good()) is_job_there_ = answer.reply.integer == 1;
  });
}

void FleetDriver::look_soon() {
  cancel_timer(*loop_, look_timer_);
  look_timer_ = loop_->call_at(loop_->now() + kLookEvery, [this] {
    look_timer_.reset();
    if (line_->is_up()) look();
  });
}

void FleetDriver::look() {
  if (is_cut_off_) return;
  look_soon();
  give_sign();
  links_.send_lost();
  if (!is_told_) tell_nodes();
  // With news, nothing of importance can be lost but the job itself. Where links are parked, nodes
  // are counted.
  if (results_.take_news() && links_.window().parked() == 0 && is_job_there_) return;
  (void)line_->run(scripts::kCount,
                   {prefix_, std::to_string(job_.partitions), script_time(job_.rules.lease)},
                   [this](const RedisAnswer& answer) {
                     if (answer.is_good()) return on_look(answer.reply);
                     if (answer.fate == RedisAnswer::Fate::refused) line_->tell(answer.trouble);
                   });
}

void FleetDriver::on_look(const RedisReply& reply) {
  if (reply.elements.size() != 6 || is_cut_off_) return;
  const std::string_view id = reply.text_at(3);
  if (id.empty()) return begin_again();
  if (id != job_.id) return lose_job(reply.text_at(4));
  if (was_begun_) on_all_lost();
  links_.find_lost(static_cast<std::uint64_t>(reply.elements[0].integer),
                   results_.beside_early(static_cast<std::uint64_t>(reply.elements[1].integer)));
  const auto nodes = static_cast<std::uint64_t>(reply.elements[2].integer);
  spreader_.on_look({.nodes = nodes, .spread = std::string(reply.text_at(5))}, settings_.hosts,
                    loop_->now());
  if (nodes == 0 && links_.outstanding() > 0 && loop_->now() >= next_word_) {
    next_word_ = loop_->now() + kTellEvery;
    events_.on_notice(
        fmt::format("job '{0}' waits for nodes: fanfetch node --fleet {1} --fleet-job {0} -o DIR",
                    job_.name, to_text(access_.address)));
  }
}

/// See HostSpreader::Events.
void FleetDriver::write_spread(const std::string& spread, const std::vector<unsigned>& empty,
                               std::function<void(HostSpreader::Written)> done) {
  using Written = HostSpreader::Written;
  std::vector<std::string> arguments{prefix_, job_.id, spread};
  for (const unsigned partition : empty) arguments.push_back(std::to_string(partition));
  const bool is_sent =
      line_->run(scripts::kSpread, std::move(arguments), [this, done](const RedisAnswer& answer) {
        if (answer.fate == RedisAnswer::Fate::refused) line_->tell(answer.trouble);
        if (answer.fate == RedisAnswer::Fate::unknown) return done(Written::unknown);
        if (!answer.is_good() || answer.reply.integer != 1) return done(Written::nothing);
        const bool is_asked = line_->confirm(std::chrono::seconds(1), [done](FleetLine::Safe safe) {
          done(safe == FleetLine::Safe::yes ? Written::lasts : Written::unknown);
        });
        if (!is_asked) done(Written::unknown);
      });
  if (!is_sent) done(Written::nothing);
}

/// All of Redis' data are gone, or the job was removed, and kBegin removes its links. Nobody's
/// leases are known any more, so the nodes wait for them to end.
void FleetDriver::begin_again() {
  if (is_beginning_) return;
  is_beginning_ = line_->run(
      scripts::kBegin,
      {prefix_, job_.name, job_.id, settings_.where, std::string(kFleetProtocol),
       std::to_string(job_.partitions), script_time(job_.rules.lease), script_time(job_.rules.stop),
       options_to_bytes(job_.options), "0", "", job_.spread, script_time(job_.spread_after), ""},
      [this](const RedisAnswer& answer) {
        is_beginning_ = false;
        if (!answer.is_good()) return;  // the next look tells
        const bool is_taken = answer.reply.text_at(0) == "taken";
        if (closed_) return is_taken ? void() : tell_nodes();
        if (is_taken) return lose_job(answer.reply.text_at(1));
        if (answer.reply.text_at(0) != "ok") return;  // somebody else was faster
        on_all_lost();
      });
  was_begun_ = was_begun_ || is_beginning_;
}

/// The job was written again.
void FleetDriver::on_all_lost() {
  was_begun_ = false;
  links_.on_lost();
  events_.on_notice(
      fmt::format("the fleet's Redis has lost its data: nodes report again what they have done, "
                  "and what has no result after {} is sent again",
                  human_time_left(job_.rules.takeover)));
  tell_nodes();
}

/// Two drivers of one name would take each other's results for nobody's.
void FleetDriver::lose_job(std::string_view owner) {
  events_.on_gone(
      fmt::format("the fleet's job '{}' is that of {} by now: the same command with another "
                  "--fleet-job goes on",
                  job_.name, owner));
}

// --- The end ---

void FleetDriver::finish(End end, Duration limit, std::function<void()> closed) {
  if (!line_) return closed();  // the run has not begun
  results_.take_done();
  watch_.stop();
  cut_off();
  closed_ = std::move(closed);
  end_timer_ = loop_->call_at(std::chrono::steady_clock::now() + limit, [this] {
    end_timer_.reset();
    if (auto call = std::exchange(closed_, nullptr)) call();
  });
  end_ = end;
  is_told_ = false;
  if (line_->is_up() || line_->is_gone()) say_end();
}

/// Waits for the line if it has to, and says it again until it lasts: nodes wait for that word, and
/// nobody says it later, should a replica be the master next.
void FleetDriver::say_end() {
  if (is_closing_) return;
  cancel_timer(*loop_, again_timer_);
  results_.acknowledge();
  if (end_ == End::whole) set_state(FleetJob::State::done);
  if (end_ == End::stopped) set_state(FleetJob::State::stopped);
  if (end_ == End::other) return close_line();
  const bool is_asked =
      line_->confirm(std::chrono::seconds(1), [this](FleetLine::Safe safe) { on_end_said(safe); });
  if (is_asked) return;
  if (!line_->is_up()) return close_line();  // it was given up
  on_end_said(FleetLine::Safe::unknown);     // too much waits to be sent
}

void FleetDriver::on_end_said(FleetLine::Safe safe) {
  if (is_closing_ || !closed_) return;
  is_end_told_ = safe == FleetLine::Safe::yes && is_told_;
  if (is_end_told_) return close_line();
  again_timer_ = loop_->call_at(loop_->now() + kAskAgain, [this] {
    again_timer_.reset();
    if (line_->is_up()) say_end();  // else once it is
  });
}

void FleetDriver::close_line() {
  is_closing_ = true;
  cancel_timer(*loop_, end_timer_);
  line_->finish(std::chrono::seconds(2), std::exchange(closed_, nullptr));
}

}  // namespace fanfetch
