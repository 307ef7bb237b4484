#include "coordinator/schedule/throughput_knee.h"

#include <algorithm>

namespace fanfetch {
namespace {

constexpr unsigned kLongestHold = 16 * 1024;

/// Responses that a trial is judged by: few in slow start, since a short list must get up to speed.
constexpr unsigned kFewResponses = 4;
constexpr unsigned kManyResponses = 32;

/// Doubling the number must gain at least 25 %; smaller steps, in proportion.
constexpr double kGainWanted = 0.25;
/// A smaller difference is noise.
constexpr double kNoise = 0.03;
/// A response counts for a level if at least this share of its requests was in flight.
constexpr double kFull = 0.7;

}  // namespace

void ThroughputKnee::Sample::add(const Response& response) {
  work += static_cast<float>(response.work);
  seconds += static_cast<float>(response.seconds);
  concurrent += static_cast<float>(response.concurrent);
  ++responses;
}

double ThroughputKnee::Sample::throughput() const {
  if (seconds <= 0) return 0;
  return static_cast<double>(concurrent) / responses * static_cast<double>(work) /
         static_cast<double>(seconds);
}

ThroughputKnee::ThroughputKnee(unsigned start, unsigned allowed)
    : good_(start), trial_level_(std::min(2 * start, allowed)) {}

void ThroughputKnee::allow(unsigned allowed) {
  if (trial_ == Trial::more && in_slow_start_) trial_level_ = std::min(2 * good_, allowed);
}

void ThroughputKnee::on_limit_halved() {
  trial_began_ = Instant::max();
  trial_sample_ = {};
}

bool ThroughputKnee::measure(const Response& response, unsigned limit, unsigned cap, Instant now) {
  const unsigned concurrent = response.concurrent;
  if (trial_ == Trial::none) {
    if (concurrent < kFull * good_) return false;  // there is less to do than the level allows
    good_sample_.add(response);
    return good_sample_.responses >= hold_ && begin_trial(cap, now);
  }
  // The host has refused what was to be tried.
  if (trial_ == Trial::more && trial_level_ > cap) {
    hold(std::min(good_, cap));
    return true;
  }
  // Not at the level yet: in slow start nothing was measured before, so this is what it began with.
  if (response.began < trial_began_ || limit != trial_level_) {
    if (in_slow_start_ && concurrent <= 1.2 * good_) good_sample_.add(response);
    return false;
  }
  if (concurrent < kFull * trial_level_) return false;
  trial_sample_.add(response);
  const unsigned wanted = in_slow_start_ ? std::max(kFewResponses, trial_level_ / 4)
                                         : std::max({kManyResponses, 2 * trial_level_, hold_ / 16});
  return trial_sample_.responses >= wanted && end_trial(cap);
}

bool ThroughputKnee::begin_trial(unsigned cap, Instant now) {
  const unsigned step = std::max(1u, good_ / 4);
  const unsigned more = std::min(good_ + step, cap);
  const bool try_more = more > good_ && !falling_;
  trial_level_ = try_more ? more : good_ - step;
  falling_ = false;
  if (trial_level_ < 1) {  // the only level is 1
    hold(good_);
    return true;
  }
  trial_ = try_more ? Trial::more : Trial::fewer;
  trial_sample_ = {};
  // Fewer is reached immediately, more by one for each good response.
  trial_began_ = try_more ? Instant::max() : now;
  return !try_more;
}

bool ThroughputKnee::end_trial(unsigned cap) {
  const bool fewer = trial_ == Trial::fewer;
  const double before = good_sample_.throughput();
  const double gain = before > 0 ? trial_sample_.throughput() / before - 1 : 1;
  const double more = static_cast<double>(trial_level_) / good_ - 1;
  const double wanted = fewer ? kNoise : std::max(kGainWanted * more, kNoise);
  const bool accepted = fewer ? gain > wanted : gain >= wanted;
  if (!accepted) {
    // More that brought less calls for fewer soon; otherwise the next trial can wait.
    falling_ = !fewer && gain < -kNoise;
    if (!falling_) hold_ = std::min(2 * hold_, kLongestHold);
    in_slow_start_ = false;
    hold(good_);
    return true;
  }
  const Sample sample = trial_sample_;
  good_ = trial_level_;
  const unsigned next = std::min(2 * good_, cap);
  if (in_slow_start_ && next > good_) {
    good_sample_ = sample;
    trial_sample_ = {};
    trial_began_ = Instant::max();
    trial_level_ = next;
    return false;
  }
  hold(good_);
  falling_ = fewer;
  good_sample_ = sample;
  return true;
}

void ThroughputKnee::hold(unsigned level) {
  good_ = level;
  good_sample_ = {};
  trial_ = Trial::none;
  trial_sample_ = {};
  trial_began_ = Instant::max();
}

}  // namespace fanfetch
