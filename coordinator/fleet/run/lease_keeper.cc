#include "coordinator/fleet/run/lease_keeper.h"

#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <utility>

#include "common/human_text.h"
#include "coordinator/fleet/fleet_partitions.h"
#include "coordinator/fleet/run/lease_scripts.h"
#include "coordinator/redis/cancel_timer.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

/// A replica has that part of a lease to confirm one; for so long the line carries nothing else.
constexpr int kConfirmationsOfLease = 30;

std::string to_text(const std::optional<Era>& era) {
  if (!era) return "";
  return fmt::format("{} {} {} {}", era->server.run_id, era->server.replication_id, era->nonce,
                     era->is_open ? 1 : 0);
}

/// nullopt: there is none, or somebody wrote something else there, which no request will name.
std::optional<Era> era_of(std::string_view text) {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  if (words.size() != 4) return std::nullopt;
  return Era{.server = {.run_id = words[0], .replication_id = words[1]},
             .nonce = words[2],
             .is_open = words[3] == "1"};
}

}  // namespace

LeaseKeeper::LeaseKeeper(EventLoop& loop, FleetLine& line, const FleetJob& job, std::string me,
                         Events events)
    : loop_(loop),
      line_(line),
      job_(job),
      prefix_(key_prefix(job.name)),
      me_(std::move(me)),
      events_(std::move(events)),
      leases_(job.rules, job.partitions),
      takes_(job.partitions),
      was_lost_(job.partitions) {}

LeaseKeeper::~LeaseKeeper() {
  cancel_timer(loop_, timer_);
  cancel_timer(loop_, look_timer_);
  cancel_timer(loop_, again_timer_);
}

std::string LeaseKeeper::token_of(TakeNumber take) const { return fmt::format("{}:{}", me_, take); }

std::string LeaseKeeper::token(unsigned partition) const { return token_of(takes_[partition]); }

// --- Events ---

void LeaseKeeper::on_up() {
  leases_.on_connected();
  follow();
}

void LeaseKeeper::on_down() {
  leases_.on_connection_lost();
  follow();
}

void LeaseKeeper::on_nodes(std::vector<std::string> nodes, const std::string& own) {
  std::ranges::sort(nodes);
  leases_.on_nodes(rank_of(own, nodes), std::max(static_cast<unsigned>(nodes.size()), 1u),
                   boot_now());
  follow();
}

void LeaseKeeper::on_stopped(std::span<const unsigned> partitions) {
  for (const unsigned partition : partitions) leases_.on_stopped(partition);
  follow();
}

void LeaseKeeper::leave() {
  leases_.leave(boot_now());
  follow();
}

// --- What follows ---

/// A look at all leases for each of the loop's many turns would cost more than what is due in them.
void LeaseKeeper::go_on() {
  if (has_news_ || (wake_ && boot_now() >= *wake_)) follow();
}

void LeaseKeeper::follow() {
  if (std::exchange(is_busy_, true)) return;
  has_news_ = false;
  for (;;) {
    std::vector<LeaseAction> actions;
    leases_.next(boot_now(), actions);
    if (actions.empty()) break;
    for (const LeaseAction& action : actions) obey(action);
  }
  confirm();
  is_busy_ = false;
  arm();
}

/// The loop's timers stand still while the machine sleeps. Whoever wakes calls go_on() first.
void LeaseKeeper::arm() {
  const auto wake = leases_.wake_at();
  if (wake == wake_ && timer_) return;
  cancel_timer(loop_, timer_);
  wake_ = wake;
  if (!wake) return;
  // Not in this turn again: what is due and cannot be done waits for its event.
  const Duration left = std::max<Duration>(*wake - boot_now(), milliseconds(1));
  timer_ = loop_.call_at(std::chrono::steady_clock::now() + left, [this] {
    timer_.reset();
    follow();
  });
}

void LeaseKeeper::obey(const LeaseAction& action) {
  using Kind = LeaseAction::Kind;
  const std::string partition = std::to_string(action.partition);
  switch (action.kind) {
    case Kind::look: return look();
    case Kind::record_era: return record_era();
    case Kind::take:
    case Kind::take_lost:
      was_lost_[action.partition] = action.kind == Kind::take_lost;
      return ask(action, scripts::kTake,
                 {prefix_, to_text(leases_.era().recorded()), partition, token_of(action.take),
                  script_time(job_.rules.lease), action.kind == Kind::take_lost ? "1" : "0"});
    case Kind::renew:
      return ask(action, scripts::kRenew,
                 {prefix_, partition, token_of(action.take), script_time(job_.rules.lease)});
    case Kind::give_back:
      return ask(action, scripts::kGiveBack, {prefix_, partition, token_of(action.take)});
    case Kind::work:
      takes_[action.partition] = action.take;
      return events_.on_work(action.partition, was_lost_[action.partition]);
    case Kind::stop: return events_.on_stop(action.partition);
  }
}

/// What became of it, a look shows, which follows. Only a closed era marks partitions.
void LeaseKeeper::record_era() {
  const Era era = leases_.era().to_record(fmt::format("{}-{}", me_, ++nonces_));
  (void)line_.run(scripts::kRecordEra,
                  {prefix_, to_text(leases_.era().recorded()), to_text(era),
                   std::to_string(era.is_open ? 0 : job_.partitions)},
                  [this](const RedisAnswer& answer) {
                    was_refused_ = answer.fate == RedisAnswer::Fate::refused;
                    if (was_refused_) line_.tell(answer.trouble);
                  });
}

void LeaseKeeper::ask(const LeaseAction& action, std::string_view script,
                      std::vector<std::string> arguments) {
  const bool has_to_last = action.kind != LeaseAction::Kind::give_back;
  if (has_to_last && !granted_) granted_ = std::make_shared<Granted>();
  const bool is_sent = line_.run(
      script, std::move(arguments),
      [this, action, granted = has_to_last ? granted_ : nullptr](const RedisAnswer& answer) {
        if (answer.fate == RedisAnswer::Fate::refused) {
          line_.tell(answer.trouble);
          return ask_again_later(action);
        }
        if (!answer.is_good()) return;  // the connection's end tells
        const auto number = answer.reply.integer;
        const LeaseAnswer said = number == 1   ? LeaseAnswer::yes
                                 : number == 0 ? LeaseAnswer::no
                                               : LeaseAnswer::refused;
        if (said == LeaseAnswer::yes && granted) {
          if (!granted->can_be_confirmed) return ask_again_later(action);
          return granted->actions.push_back(action);
        }
        leases_.on_answer(action.partition, action.request, said, boot_now());
        has_news_ = true;  // they come by the thousand
      });
  if (!is_sent && line_.is_up()) ask_again_later(action);  // too much waits to be sent
}

/// Redis answers in the order in which it was asked, so that all that it has granted in this turn
/// is known by then.
void LeaseKeeper::confirm() {
  if (!granted_) return;
  const auto granted = std::exchange(granted_, nullptr);
  const Duration limit = job_.rules.lease / kConfirmationsOfLease;
  granted->can_be_confirmed = line_.confirm(limit, [this, granted](FleetLine::Safe safe) {
    if (granted->actions.empty()) return;
    if (safe == FleetLine::Safe::no) {
      line_.tell({.kind = RedisTroubleKind::silent,
                  .remedy = RedisRemedy::wait,
                  .sentence = "no replica of the fleet's Redis knows the latest leases, so that "
                              "they do not count"});
    }
    for (const LeaseAction& action : granted->actions) {
      if (safe != FleetLine::Safe::yes) {
        ask_again_later(action);
      } else {
        leases_.on_answer(action.partition, action.request, LeaseAnswer::yes, boot_now());
      }
    }
    has_news_ = true;
  });
}

/// A refusal does not say whether anything was done. A renewal finds out what became of a partition
/// that was to be taken.
void LeaseKeeper::ask_again_later(const LeaseAction& action) {
  refused_.push_back(action);
  if (again_timer_) return;
  again_timer_ = loop_.call_at(loop_.now() + kAskAgain, [this] {
    again_timer_.reset();
    for (const LeaseAction& one : std::exchange(refused_, {})) {
      leases_.on_unanswered(one.partition, one.request);
    }
    has_news_ = true;
  });
}

void LeaseKeeper::look() {
  const bool is_sent = line_.run(scripts::kLook, {prefix_, std::to_string(job_.partitions)},
                                 [this](const RedisAnswer& answer) {
                                   if (answer.is_good()) return on_look(answer.reply);
                                   if (answer.fate != RedisAnswer::Fate::refused) return;
                                   line_.tell(answer.trouble);
                                   look_again();
                                 });
  if (!is_sent && line_.is_up()) look_again();  // too much waits to be sent
}

/// Redis would not answer: the look that NodeLeases waits for is still to come.
void LeaseKeeper::look_again() {
  if (look_timer_) return;
  look_timer_ = loop_.call_at(loop_.now() + std::chrono::seconds(1), [this] {
    look_timer_.reset();
    if (line_.is_up()) look();
  });
}

void LeaseKeeper::on_look(const RedisReply& reply) {
  if (std::exchange(was_refused_, false)) return look_again();  // or both would go round and round
  const std::string_view digits = reply.text_at(3);
  if (digits.size() != job_.partitions) {
    if (!std::exchange(has_complained_, true)) {
      events_.on_notice("the fleet's Redis does not say who has which hosts; trying on");
    }
    return look_again();
  }
  std::vector<PartitionSeen> seen;
  seen.reserve(digits.size());
  for (const char digit : digits) {
    seen.push_back(digit == '1'   ? PartitionSeen::handed_back
                   : digit == '2' ? PartitionSeen::owned
                                  : PartitionSeen::lost);
  }
  leases_.on_look(
      {.run_id = std::string(reply.text_at(0)), .replication_id = std::string(reply.text_at(1))},
      era_of(reply.text_at(2)), seen, boot_now());
  tell_of_wait(seen);
  has_news_ = true;
}

/// Nothing moves for that long, which is to be seen.
void LeaseKeeper::tell_of_wait(std::span<const PartitionSeen> seen) {
  const auto lost = std::ranges::count(seen, PartitionSeen::lost);
  const bool may_take = leases_.era().may_take();
  if (may_take && lost == 0) {
    has_told_of_wait_ = false;
    return;
  }
  if (std::exchange(has_told_of_wait_, true)) return;
  const std::string time = human_time_left(job_.rules.takeover);
  events_.on_notice(
      may_take ? fmt::format("{} of {} partitions were lost with their owner: they are taken over "
                             "within {}",
                             human_count(static_cast<std::uint64_t>(lost)),
                             human_count(job_.partitions), time)
               : fmt::format("the fleet's Redis may not know who has which host: hosts are handed "
                             "out again within {}",
                             time));
}

}  // namespace fanfetch
