#include "coordinator/schedule/host_governor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "coordinator/link/retry_wait.h"

namespace fanfetch {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A host that throttles without Retry-After: how long the first pause is, and how many times as
/// long each further one is.
constexpr auto kFirstPause = milliseconds(500);
constexpr double kPauseGrowth = 1.5;
constexpr auto kMostPause = seconds(60);

/// From here on a Retry-After is the rest of a window in which so many requests are allowed.
constexpr auto kWindowLike = seconds(2);

/// A host that had nothing to do for so long is measured anew.
constexpr auto kIdle = seconds(10);

/// 403s in a row from a host that gave good answers before.
constexpr unsigned kForbiddenBurst = 5;

/// Between two probes of a host that had answered well, and is gone (or says 503): a share of how
/// long it has been so, since that is what is lost of the time after it has come back.
constexpr int kOutageShare = 4;
constexpr auto kLeastProbeDelay = seconds(1);
constexpr auto kMostProbeDelay = seconds(30);

/// A request is worth what so many bytes are: small files tell by their number, large ones by size.
constexpr double kBytesPerRequest = 64 * 1024;

Duration times(Duration time, double factor) {
  return std::chrono::duration_cast<Duration>(time * factor);
}

/// Up to a quarter more, so that not all clients of a host come back at once.
Duration with_jitter(Duration time, std::mt19937_64& dice) {
  return times(time, std::uniform_real_distribution<double>(1, 1.25)(dice));
}

}  // namespace

HostGovernor::Attempt HostGovernor::start(Instant now) {
  const double rate = rules_->rate > 0 && pace_.now() > 0 ? std::min(rules_->rate, pace_.now())
                                                          : std::max(rules_->rate, pace_.now());
  Attempt attempt{.began = now, .at_once = ++in_flight_};
  if (rate > 0) {
    const auto interval = std::chrono::duration_cast<Duration>(duration<double>(1 / rate));
    // Who wakes up a little late keeps the beat; who had nothing to do does not catch up.
    const bool in_step = now - next_start_ < interval;
    attempt.at_pace = in_step && rate == pace_.now();
    next_start_ = (in_step ? next_start_ : now) + interval;
  }
  if (probing_) probe_out_ = true;
  if (!probing_ && in_flight_ == 1 && now - last_start_ > kIdle) {
    window_began_ = now;
    borne_ = 0;
  }
  last_start_ = now;
  return attempt;
}

void HostGovernor::finish(const Attempt& attempt, const HostFeedback& answer, Instant now,
                          std::mt19937_64& dice) {
  switch (answer.kind) {
    case HostFeedback::Kind::healthy: on_healthy(attempt, answer, now); break;
    case HostFeedback::Kind::throttled:
    case HostFeedback::Kind::unavailable: on_throttled(attempt, answer, now, dice); break;
    case HostFeedback::Kind::forbidden: on_forbidden(attempt, now); break;
    case HostFeedback::Kind::strained:
      on_life(attempt);
      halve(attempt, now);
      break;
    case HostFeedback::Kind::failed: on_failed(attempt, answer, now); break;
    case HostFeedback::Kind::none: break;
  }
  --in_flight_;
  if (attempt.began > paused_at_) probe_out_ = false;
}

// --- It lives ---

void HostGovernor::on_healthy(const Attempt& attempt, const HostFeedback& answer, Instant now) {
  answered_well_ = true;
  trouble_since_ = now;
  forbidden_ = 0;
  refusals_ = 0;
  on_life(attempt);
  if (attempt.at_pace) pace_.on_healthy();
  const double work = 1 + static_cast<double>(answer.bytes) / kBytesPerRequest;
  limit_.on_healthy(attempt.began, attempt.at_once, in_flight_, work, now);
}

void HostGovernor::on_life(const Attempt& attempt) {
  failures_ = 0;
  if (probing_ && attempt.began > paused_at_) end_trouble(attempt);
  ++borne_;
}

/// The pause is over, and one request has shown that it was long enough.
void HostGovernor::end_trouble(const Attempt& attempt) {
  const bool closes_window =
      was_rate_ ? pace_.on_refused(borne_, attempt.began - window_began_, was_at_pace_)
                : pauses_ > 0;
  if (closes_window) {
    borne_ = 0;
    window_began_ = attempt.began;
  }
  probing_ = blamed_number_ = was_rate_ = was_at_pace_ = false;
  pauses_ = refusals_ = failed_probes_ = 0;
  gave_up_.reset();
}

// --- It has too much ---

/// At most once a flight: what had begun before the last halving was one of too many then.
void HostGovernor::halve(const Attempt& attempt, Instant now) {
  if (attempt.began <= halved_at_) return;
  halved_at_ = now;
  limit_.halve();
}

void HostGovernor::on_forbidden(const Attempt& attempt, Instant now) {
  on_life(attempt);
  if (!answered_well_ || ++forbidden_ % kForbiddenBurst != 0) return;
  halve(attempt, now);
}

bool HostGovernor::looks_like_a_rate(const Attempt& attempt, const HostFeedback& answer,
                                     Instant now) const {
  if (!rules_->adapts) return true;  // nothing else can be done about it
  const bool proven = limit_.is_proven(attempt.at_once);
  if (attempt.at_pace && (proven || pace_.is_at_its_most())) return true;
  if (!proven) return false;
  if (probing_) return true;
  const bool soon = pause_until_ != Instant{} && now - pause_until_ < 2 * pause_length_;
  return soon || (answer.retry_after && *answer.retry_after >= kWindowLike);
}

void HostGovernor::on_throttled(const Attempt& attempt, const HostFeedback& answer, Instant now,
                                std::mt19937_64& dice) {
  failures_ = 0;
  if (refusals_++ == 0 && pauses_ == 0) trouble_since_ = now;
  const Duration asked =
      answer.retry_after ? std::max<Duration>(*answer.retry_after, kMinRetryAfter) : Duration{};
  if (rules_->max_wait > Duration{} && asked > rules_->max_wait) {
    return give_up_as_throttled(answer, now + std::max<Duration>(asked, kGivenUpFor), now,
                                "it asks for a longer wait than --max-wait");
  }
  if (attempt.began <= paused_at_) {  // it had begun before the pause, and tells little new
    limit_.on_refused_too(attempt.at_once);
    if (asked > Duration{} && !gave_up_) {
      pause_until_ = std::max(pause_until_, now + with_jitter(asked, dice));
    }
    return;
  }
  if (rules_->max_wait > Duration{} && now - trouble_since_ > rules_->max_wait) {
    return give_up_as_throttled(answer, now + kGivenUpFor, now,
                                "it has given no good answer for longer than --max-wait");
  }
  const bool first_503 = answer.kind == HostFeedback::Kind::unavailable && refusals_ == 1;
  if (first_503 && !probing_ && !attempt.at_pace) return halve(attempt, now);

  if (looks_like_a_rate(attempt, answer, now)) {
    if (std::exchange(blamed_number_, false)) limit_.forget_refusal();
    was_at_pace_ = was_at_pace_ || attempt.at_pace;
    was_rate_ = true;
  } else if (attempt.at_once > 1) {
    limit_.on_refused(attempt.at_once, now);
    blamed_number_ = true;
  }
  if (!was_rate_) halve(attempt, now);
  pause(now + with_jitter(asked > Duration{} ? asked : unasked_pause(answer, now), dice), now);
  ++pauses_;
}

/// How long a host that throttles is left alone if it does not say.
Duration HostGovernor::unasked_pause(const HostFeedback& answer, Instant now) const {
  if (answer.kind == HostFeedback::Kind::unavailable) {
    return std::clamp<Duration>((now - trouble_since_) / kOutageShare, kFirstPause,
                                kMostProbeDelay);
  }
  return std::min<Duration>(times(kFirstPause, std::pow(kPauseGrowth, std::min(pauses_, 30u))),
                            kMostPause);
}

// --- It is gone ---

void HostGovernor::on_failed(const Attempt& attempt, const HostFeedback& answer, Instant now) {
  if (failures_++ == 0 && !probing_) trouble_since_ = now;
  halve(attempt, now);
  if (!probing_) {
    if (failures_ >= kSuspiciousFailures) pause(now + kLeastProbeDelay, now);
    return;
  }
  if (attempt.began <= paused_at_) return;
  ++failed_probes_;
  const Duration outage = now - trouble_since_;
  const bool hopeless = answered_well_ ? outage > kPatience : failed_probes_ >= kProbes;
  if (hopeless && failures_ >= kSuspiciousFailures && answer.failure) {
    Failed failed = *answer.failure;
    failed.message = fmt::format("the host is down: {} attempts in a row failed, the last one: {}",
                                 failures_, failed.message);
    return give_up(std::move(failed), now + kGivenUpFor, now);
  }
  const Duration delay = answered_well_ ? std::clamp<Duration>(outage / kOutageShare,
                                                               kLeastProbeDelay, kMostProbeDelay)
                                        : kLeastProbeDelay * (1 << std::min(failed_probes_, 5u));
  pause(now + delay, now);
}

void HostGovernor::pause(Instant until, Instant now) {
  pause_until_ = until;
  pause_length_ = until - now;
  paused_at_ = now;
  probing_ = true;
  probe_out_ = false;
  gave_up_.reset();
}

void HostGovernor::give_up_as_throttled(const HostFeedback& answer, Instant until, Instant now,
                                        std::string_view why) {
  give_up({.error = ErrorClass::rate_limited,
           .retry = Retry::yes,
           .message = fmt::format("the host takes no requests now: {}; its last answer: {}", why,
                                  answer.failure ? answer.failure->message : "none")},
          until, now);
}

void HostGovernor::give_up(Failed failed, Instant until, Instant now) {
  pause(until, now);
  gave_up_ = std::make_shared<const Failed>(std::move(failed));
}

bool HostGovernor::worth_keeping(Instant now) const {
  return probing_ || now < pause_until_ || now < next_start_ || pace_.now() > 0 ||
         limit_.has_ceiling() || failures_ > 0;
}

}  // namespace fanfetch
