#include "coordinator/schedule/at_once_limit.h"

#include <algorithm>
#include <cmath>

namespace fanfetch {
namespace {

/// Good answers, and the time, between two tries of more than was refused once: the least. Each
/// doubles while such tries are refused, and halves while they are not.
constexpr unsigned kFirstCalm = 500;
constexpr unsigned kLeastCalm = 32;
constexpr unsigned kMostCalm = 1 << 20;
constexpr auto kCalmTimePerAnswer = std::chrono::milliseconds(60);  // 500 answers: 30 s

/// So many good answers in a row at some level, or above, and it is proven.
constexpr unsigned kProofs = 8;

/// Good answers between two trials of another level: the least and the most.
constexpr unsigned kFirstHold = 64;
constexpr unsigned kMostHold = 16 * 1024;

/// Answers that a trial is judged by: few at first, since a short list must get to its speed.
constexpr unsigned kFewAnswers = 4;
constexpr unsigned kManyAnswers = 32;

/// Twice as many at once that bring a quarter more, or a share of that, have paid.
constexpr double kGainWanted = 0.25;
/// Noise is not taken for a loss or a gain.
constexpr double kNoise = 0.03;

}  // namespace

void AtOnceLimit::Sample::add(double work_done, double took, unsigned most_at_once) {
  work += static_cast<float>(work_done);
  seconds += static_cast<float>(took);
  at_once += static_cast<float>(most_at_once);
  ++answers;
}

double AtOnceLimit::Sample::throughput() const {
  if (seconds <= 0) return 0;
  return static_cast<double>(at_once) / answers * static_cast<double>(work) /
         static_cast<double>(seconds);
}

AtOnceLimit::AtOnceLimit(unsigned most, bool adapts)
    : adapts_(adapts),
      most_(most),
      limit_(adapts ? std::max(1u, most / 4) : most),
      calm_wanted_(kFirstCalm),
      good_(limit_),
      trial_level_(std::min(2 * limit_, most)),
      hold_(kFirstHold) {}

void AtOnceLimit::allow(unsigned most) {
  if (most <= most_) return;
  most_ = most;
  if (!adapts_) limit_ = most;
  if (trial_ == Trial::more && in_slow_start_) trial_level_ = std::min(2 * good_, most_);
}

unsigned AtOnceLimit::cap() const {
  return ceiling_ == 0 ? most_ : std::clamp(ceiling_ - 1, 1u, most_);
}

unsigned AtOnceLimit::goal() const {
  return std::min(trial_ == Trial::none ? good_ : trial_level_, cap());
}

void AtOnceLimit::on_healthy(Instant began, unsigned at_start, unsigned at_end, double work,
                             Instant now) {
  prove(std::min(at_start, cap()));
  if (!adapts_) return;
  ++calm_answers_;
  // Answers that come in batches were as many at once as the first of a batch finds in flight.
  if (began > round_began_) {
    round_began_ = now;
    peak_ = 0;
  }
  peak_ = std::max({peak_, at_start, at_end});
  const bool in_use = 2 * peak_ > limit_;
  if (limit_ < goal() && in_use) ++limit_;
  if (limit_ > goal()) limit_ = goal();
  if (limit_ == goal() && trial_began_ == Instant::max()) trial_began_ = now;
  try_above_ceiling(now);
  measure(began, peak_, work, std::chrono::duration<double>(now - began).count(), now);
}

/// A single answer proves nothing: the host may not have seen all of them at once, since others
/// were being refused, or were still on their way.
void AtOnceLimit::prove(unsigned at_once) {
  if (at_once <= proven_) return;
  proving_ = proofs_ == 0 ? at_once : std::min(proving_, at_once);
  if (++proofs_ < kProofs) return;
  proven_ = proving_;
  proofs_ = 0;
}

void AtOnceLimit::halve() {
  if (!adapts_) return;
  limit_ = std::max(1u, limit_ / 2);
  trial_began_ = Instant::max();
  trial_sample_ = {};
}

void AtOnceLimit::on_refused(unsigned at_once, Instant now) {
  if (!adapts_) return;
  const unsigned refused = std::max(2u, at_once);
  former_ceiling_ = ceiling_;
  proven_ = std::min(proven_, refused - 1);
  if (ceiling_ != 0) calm_wanted_ = std::min(2 * calm_wanted_, kMostCalm);
  ceiling_ = ceiling_ == 0 ? refused : std::min(ceiling_, refused);
  raised_ = false;
  proofs_ = 0;
  calm_answers_ = 0;
  calm_since_ = now;
  limit_ = std::min(limit_, cap());
}

void AtOnceLimit::on_refused_too(unsigned at_once) {
  if (!adapts_ || ceiling_ == 0 || is_proven(at_once) || at_once >= ceiling_) return;
  ceiling_ = std::clamp(at_once, 2u, ceiling_);
  limit_ = std::min(limit_, cap());
}

void AtOnceLimit::forget_refusal() { ceiling_ = former_ceiling_; }

void AtOnceLimit::try_above_ceiling(Instant now) {
  if (ceiling_ == 0 || limit_ < cap() || !is_proven(cap())) return;
  if (calm_answers_ < calm_wanted_ || now - calm_since_ < kCalmTimePerAnswer * calm_wanted_) {
    return;
  }
  if (ceiling_ > most_) {  // nothing that was refused is asked for any more
    ceiling_ = 0;
    return;
  }
  // Where the last try was borne, the host has more room than it had: the next one comes sooner.
  if (raised_) calm_wanted_ = std::max(calm_wanted_ / 2, kLeastCalm);
  raised_ = true;
  ceiling_ += std::max(1u, ceiling_ / 16);
  calm_answers_ = 0;
  calm_since_ = now;
}

void AtOnceLimit::measure(Instant began, unsigned at_once, double work, double took, Instant now) {
  if (trial_ == Trial::none) {
    if (at_once < 0.7 * good_) return;  // the host has less to do than it may have
    good_sample_.add(work, took, at_once);
    if (good_sample_.answers >= hold_) begin_trial(now);
    return;
  }
  if (trial_ == Trial::more && trial_level_ > cap()) return hold(std::min(good_, cap()));
  if (began < trial_began_ || limit_ != trial_level_) {
    if (in_slow_start_ && at_once <= 1.2 * good_) good_sample_.add(work, took, at_once);
    return;
  }
  if (at_once < 0.7 * trial_level_) return;
  trial_sample_.add(work, took, at_once);
  const unsigned wanted = in_slow_start_ ? std::max(kFewAnswers, trial_level_ / 4)
                                         : std::max({kManyAnswers, 2 * trial_level_, hold_ / 16});
  if (trial_sample_.answers >= wanted) end_trial();
}

void AtOnceLimit::begin_trial(Instant now) {
  const unsigned more = std::min(good_ + std::max(1u, good_ / 4), cap());
  const bool try_more = more > good_ && !falling_;
  trial_level_ = try_more ? more : good_ - std::max(1u, good_ / 4);
  falling_ = false;
  if (trial_level_ < 1 || trial_level_ == good_) return hold(good_);
  trial_ = try_more ? Trial::more : Trial::fewer;
  trial_sample_ = {};
  trial_began_ = Instant::max();
  if (!try_more) {
    limit_ = std::min(limit_, trial_level_);
    trial_began_ = now;
    peak_ = 0;
  }
}

void AtOnceLimit::end_trial() {
  const double before = good_sample_.throughput();
  const double gain = before > 0 ? trial_sample_.throughput() / before - 1 : 1;
  const double more = static_cast<double>(trial_level_) / good_ - 1;
  const bool accepted =
      trial_ == Trial::more ? gain >= std::max(kGainWanted * more, kNoise) : gain > kNoise;
  if (!accepted) {
    falling_ = trial_ == Trial::more && gain < -kNoise;
    if (!falling_) hold_ = std::min(2 * hold_, kMostHold);
    in_slow_start_ = false;
    return hold(good_);
  }
  const bool fewer = trial_ == Trial::fewer;
  const unsigned next = std::min(2 * trial_level_, cap());
  good_sample_ = trial_sample_;
  good_ = trial_level_;
  trial_sample_ = {};
  trial_began_ = Instant::max();
  if (in_slow_start_ && next > good_) {
    trial_level_ = next;
    return;
  }
  const Sample sample = good_sample_;
  hold(good_);
  falling_ = fewer;  // go on that way
  good_sample_ = sample;
}

void AtOnceLimit::hold(unsigned level) {
  good_ = level;
  good_sample_ = {};
  trial_ = Trial::none;
  trial_sample_ = {};
  limit_ = std::min(limit_, goal());
  trial_began_ = Instant::max();
  peak_ = 0;
}

}  // namespace fanfetch
