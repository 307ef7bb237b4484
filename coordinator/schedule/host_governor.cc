#include "coordinator/schedule/host_governor.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "common/human_text.h"
#include "coordinator/link/retry_wait.h"

namespace fanfetch {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = HostFeedback::Kind;

/// A host that throttles without Retry-After: the length of the first pause, and the factor for
/// each further one.
constexpr auto kFirstPause = milliseconds(500);
constexpr double kPauseGrowth = 1.5;
constexpr auto kLongestPause = seconds(60);

/// From here on a Retry-After is the rest of a window in which a number of requests is allowed.
constexpr auto kWindowLike = seconds(2);

/// After so long without a request the window of a host begins again.
constexpr auto kIdle = seconds(10);

/// 403s in a row from a host that gave good responses before, which count as one sign of trouble.
constexpr unsigned kForbiddenBurst = 5;

/// The wait between two probes of a host that had answered well and is down (or says 503), as a
/// share of the outage: that share is what is lost after the host has come back.
constexpr int kOutageShare = 4;
constexpr auto kLeastProbeDelay = seconds(1);
constexpr auto kMostProbeDelay = seconds(30);

/// A request counts as much as this number of bytes: small files by their number, large ones by
/// their size.
constexpr double kBytesPerRequest = 64 * 1024;

Duration times(Duration time, double factor) {
  return std::chrono::duration_cast<Duration>(time * factor);
}

/// Up to a quarter more, at most kMaxJitter, so that not all clients of a host come back at the
/// same time.
Duration with_jitter(Duration time, std::mt19937_64& dice) {
  const Duration most = std::min<Duration>(time / 4, kMaxJitter);
  return time + times(most, std::uniform_real_distribution<double>(0, 1)(dice));
}

}  // namespace

HostGovernor::Attempt HostGovernor::start(Instant now) {
  const double rate = requests_a_second();
  Attempt attempt{.began = now, .concurrent = ++in_flight_};
  if (rate > 0) {
    const Duration interval = times(seconds(1), 1 / rate);
    // A start that comes a little late keeps the beat; time without work is not made up for.
    const bool in_step = now - next_start_ < interval;
    attempt.at_pace = in_step && rate == pace_.rate();
    next_start_ = (in_step ? next_start_ : now) + interval;
  }
  if (mode_ != Mode::open) {
    mode_ = Mode::probing;
  } else if (in_flight_ == 1 && now - last_start_ > kIdle) {
    window_began_ = now;
    accepted_ = 0;
  }
  last_start_ = now;
  return attempt;
}

void HostGovernor::finish(const Attempt& attempt, const HostFeedback& feedback, Instant now,
                          std::mt19937_64& dice) {
  switch (feedback.kind) {
    case Kind::healthy: on_healthy(attempt, feedback, now); break;
    case Kind::throttled:
    case Kind::unavailable: on_throttled(attempt, feedback, now, dice); break;
    case Kind::forbidden: on_forbidden(attempt, now); break;
    case Kind::strained:
      on_life(attempt);
      halve(attempt, now);
      break;
    case Kind::failed: on_failed(attempt, feedback, now); break;
    case Kind::none: break;
  }
  if (const double rate = requests_a_second(); rate > 0 && feedback.repeats > 0) {
    next_start_ = std::max(next_start_, now) + times(seconds(1), feedback.repeats / rate);
  }
  --in_flight_;
  // The probe showed nothing: another one may follow.
  if (mode_ == Mode::probing && !is_late(attempt)) mode_ = Mode::paused;
}

/// By the user's word and by what was learnt; 0: no limit.
double HostGovernor::requests_a_second() const {
  const double pace = pace_.rate(), rate = rules_->rate / pieces_;
  return rate > 0 && pace > 0 ? std::min(rate, pace) : std::max(rate, pace);
}

void HostGovernor::follow_rules(unsigned allowed, bool adapts, Instant now) {
  if (allowed != limit_.allowed() || adapts != limit_.adapts()) {
    limit_ = ConcurrencyLimit(allowed, adapts);
  }
  // A slow rate that is over must not hold the next request back.
  const double rate = requests_a_second();
  next_start_ = std::min(next_start_, now + (rate > 0 ? times(seconds(1), 1 / rate) : Duration{}));
}

void HostGovernor::rested(Instant since, Instant now) {
  const Duration unused = now - std::max(since, pause_.until);
  if (unused <= Duration{}) return;
  trouble_since_ = std::min(trouble_since_ + unused, now);
  window_began_ = std::min(window_began_ + unused, now);
}

// --- The host is up ---

void HostGovernor::on_healthy(const Attempt& attempt, const HostFeedback& feedback, Instant now) {
  answered_well_ = true;
  trouble_since_ = now;
  forbidden_ = 0;
  refusals_ = 0;
  on_life(attempt);
  if (attempt.at_pace) pace_.on_healthy();
  const double work = 1 + static_cast<double>(feedback.bytes) / kBytesPerRequest;
  limit_.on_healthy(attempt.began, attempt.concurrent, in_flight_, work, now);
}

void HostGovernor::on_life(const Attempt& attempt) {
  failures_ = 0;
  if (mode_ != Mode::open && !is_late(attempt)) end_trouble(attempt);
  ++accepted_;
}

/// The pause is over, and the probe has shown that it was long enough.
void HostGovernor::end_trouble(const Attempt& attempt) {
  // The window, from the first request to the first one accepted again, shows the host's rate.
  const bool closes_window =
      pause_.cause == Pause::Cause::rate
          ? pace_.on_refused(accepted_, attempt.began - window_began_, pause_.at_pace)
          : pauses_ > 0;
  if (closes_window) {
    accepted_ = 0;
    window_began_ = attempt.began;
  }
  mode_ = Mode::open;
  pause_.cause = Pause::Cause::none;
  pause_.at_pace = pause_.lowered_ceiling = false;
  pause_.failed.reset();
  pauses_ = refusals_ = failed_probes_ = 0;
}

// --- The host has too much to do ---

/// At most once a flight: an attempt that began before the last halving was one of too many then.
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

void HostGovernor::on_throttled(const Attempt& attempt, const HostFeedback& feedback, Instant now,
                                std::mt19937_64& dice) {
  failures_ = 0;
  if (refusals_++ == 0 && pauses_ == 0) trouble_since_ = now;
  const Duration asked =
      feedback.retry_after ? std::max<Duration>(*feedback.retry_after, kMinRetryAfter) : Duration{};
  const bool has_limit = rules_->max_wait > Duration{};

  // The user does not want to wait that long.
  if (has_limit && asked > rules_->max_wait) {
    return give_up_as_throttled(
        feedback, now + std::max<Duration>(asked, kGivenUpFor), now,
        fmt::format("it asks for a longer wait than --max-wait {}", human_time(rules_->max_wait)));
  }
  // The refusal belongs to the flight that the pause was for.
  if (is_late(attempt)) return on_late_refusal(attempt, asked, now, dice);
  // The pauses so far have not helped.
  if (has_limit && now - trouble_since_ > rules_->max_wait) {
    return give_up_as_throttled(
        feedback, now + kGivenUpFor, now,
        fmt::format("it has given no good answer for longer than --max-wait {}",
                    human_time(rules_->max_wait)));
  }
  // A single 503 may be an accident.
  const bool first_503 = feedback.kind == Kind::unavailable && refusals_ == 1;
  if (first_503 && mode_ == Mode::open && !attempt.at_pace) return halve(attempt, now);

  find_cause(attempt, feedback, now);
  if (pause_.cause != Pause::Cause::rate) halve(attempt, now);
  pause(now + with_jitter(asked > Duration{} ? asked : unasked_pause(feedback, now), dice), now);
  ++pauses_;
}

/// One more of a flight that was refused: the ceiling may be lower, the pause longer.
void HostGovernor::on_late_refusal(const Attempt& attempt, Duration asked, Instant now,
                                   std::mt19937_64& dice) {
  limit_.on_refused_too(attempt.concurrent);
  if (asked > Duration{} && !pause_.failed) {
    pause_.until = std::max(pause_.until, now + with_jitter(asked, dice));
  }
}

/// Sets what the host throttles for: the rate of requests, or their number.
void HostGovernor::find_cause(const Attempt& attempt, const HostFeedback& feedback, Instant now) {
  if (looks_like_a_rate(attempt, feedback, now)) {
    if (std::exchange(pause_.lowered_ceiling, false)) limit_.forget_refusal();
    pause_.at_pace = pause_.at_pace || attempt.at_pace;
    pause_.cause = Pause::Cause::rate;
    return;
  }
  Pause::Cause cause = Pause::Cause::throttled;
  if (attempt.concurrent > 1) {
    limit_.on_refused(attempt.concurrent, now);
    pause_.lowered_ceiling = true;
    cause = Pause::Cause::concurrency;
  }
  if (pause_.cause != Pause::Cause::rate) pause_.cause = cause;
}

bool HostGovernor::looks_like_a_rate(const Attempt& attempt, const HostFeedback& feedback,
                                     Instant now) const {
  // The number is fixed, so only the rate can be changed.
  if (!limit_.adapts()) return true;
  // The host has borne the number before, or the pace is at its limit: the learnt pace is too fast.
  const bool proven = limit_.is_proven(attempt.concurrent);
  if (attempt.at_pace && (proven || pace_.is_at_its_limit())) return true;
  // The number is new to the host: that is the likelier cause.
  if (!proven) return false;
  // A single request was refused after a pause.
  if (mode_ != Mode::open) return true;
  // The last pause ended a short while ago, or a window lasts for some time yet.
  const bool soon = pause_.until != Instant{} && now - pause_.until < 2 * pause_.length;
  return soon || (feedback.retry_after && *feedback.retry_after >= kWindowLike);
}

/// The pause for a host that throttles and does not say for how long.
Duration HostGovernor::unasked_pause(const HostFeedback& feedback, Instant now) const {
  if (feedback.kind == Kind::unavailable) {
    return std::clamp<Duration>((now - trouble_since_) / kOutageShare, kFirstPause,
                                kMostProbeDelay);
  }
  return std::min<Duration>(times(kFirstPause, std::pow(kPauseGrowth, std::min(pauses_, 30u))),
                            kLongestPause);
}

// --- The host is down ---

void HostGovernor::on_failed(const Attempt& attempt, const HostFeedback& feedback, Instant now) {
  if (failures_++ == 0 && mode_ == Mode::open) trouble_since_ = now;
  halve(attempt, now);
  // A few failures may be the links' own; more of them in a row are the host's.
  if (mode_ == Mode::open) {
    if (failures_ < kSuspiciousFailures) return;
    pause_.cause = Pause::Cause::failures;
    return pause(now + kLeastProbeDelay, now);
  }
  if (is_late(attempt)) return;

  // A probe failed.
  ++failed_probes_;
  const Duration outage = now - trouble_since_;
  const bool hopeless = answered_well_ ? outage > kLongestOutage : failed_probes_ >= kProbes;
  if (hopeless && failures_ >= kSuspiciousFailures && feedback.failure) {
    Failed failed = *feedback.failure;
    failed.message = fmt::format("the host is down: {} attempts in a row failed, the last one: {}",
                                 failures_, failed.message);
    return give_up(std::move(failed), now + kGivenUpFor, now);
  }
  const Duration delay = answered_well_ ? std::clamp<Duration>(outage / kOutageShare,
                                                               kLeastProbeDelay, kMostProbeDelay)
                                        : kLeastProbeDelay * (1 << std::min(failed_probes_, 5u));
  pause(now + delay, now);
}

// --- Changes of the mode ---

void HostGovernor::pause(Instant until, Instant now) {
  mode_ = Mode::paused;
  pause_.began = now;
  pause_.until = until;
  pause_.length = until - now;
  pause_.failed.reset();
}

void HostGovernor::give_up(Failed failed, Instant until, Instant now) {
  pause(until, now);
  mode_ = Mode::given_up;
  pause_.failed = std::make_shared<const Failed>(std::move(failed));
}

void HostGovernor::give_up_as_throttled(const HostFeedback& feedback, Instant until, Instant now,
                                        std::string_view why) {
  give_up({.error = ErrorClass::rate_limited,
           .retry = Retry::yes,
           .message = fmt::format("the host takes no requests now: {}; its last answer: {}", why,
                                  feedback.failure ? feedback.failure->message : "none")},
          until, now);
}

bool HostGovernor::worth_keeping(Instant now) const {
  return mode_ != Mode::open || now < pause_.until || now < next_start_ || pace_.rate() > 0 ||
         limit_.has_ceiling() || failures_ > 0;
}

}  // namespace fanfetch
