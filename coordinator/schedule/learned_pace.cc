#include "coordinator/schedule/learned_pace.h"

#include <algorithm>

namespace fanfetch {
namespace {

/// The share of an accepted, or a refused, rate that is asked for.
constexpr double kBelow = 0.97;
/// Up to there the rate grows by kStep every kResponsesPerStep good responses. A window of a
/// hundred requests that was underestimated by a quarter is filled again within a window and a
/// half.
constexpr double kStep = 1.02;
constexpr unsigned kResponsesPerStep = 10;
constexpr double kAlmost = 0.98;
/// Before the first refusal at a pace, each step is larger than the one before by that much: the
/// rate may be far too low.
constexpr double kStepGrowth = 0.02;
/// Fewer accepted requests show no rate: the host may have refused everything for a while.
constexpr unsigned kLeastAccepted = 3;
/// What is tried above a rate that was refused.
constexpr double kTry = 1.04;
constexpr unsigned kLongestRestraint = 1 << 16;
/// One refusal lowers the rate to a quarter at most, since a few responses show little, and by 5 %
/// at least.
constexpr double kLowestShare = 0.25;
constexpr double kHighestShare = 0.95;

}  // namespace

bool LearnedPace::is_at_its_limit() const { return rate_ >= kAlmost * kBelow * refused_; }

bool LearnedPace::on_refused(unsigned accepted, Duration time, bool at_pace) {
  const double seconds = std::max(std::chrono::duration<double>(time).count(), 0.001);
  // The refused request counts too: next to one or two accepted ones it makes a large difference.
  const double measured = (accepted + 1) / seconds;
  // The requests came faster than any pace: what was accepted is the first estimate.
  if (rate_ == 0 || !at_pace) {
    if (accepted < kLeastAccepted) return false;
    responses_ = 0;
    rate_ = kBelow * measured;
    refused_ = 0;
    step_ = kStep;
    hold_ = kFirstHold;
    return true;
  }
  // The pace itself was too fast; a try above a refused rate that fails is repeated later.
  responses_ = 0;
  if (refused_ != 0 && rate_ > kBelow * refused_) hold_ = std::min(2 * hold_, kLongestRestraint);
  refused_ = rate_;
  step_ = kStep;
  rate_ = std::clamp(kBelow * measured, kLowestShare * rate_, kHighestShare * rate_);
  return true;
}

void LearnedPace::on_healthy() {
  if (rate_ == 0) return;
  ++responses_;
  const double most = kBelow * refused_;
  // Below what is known to be too much: grows in steps.
  if (refused_ == 0 || rate_ < most) {
    if (responses_ < kResponsesPerStep) return;
    rate_ *= step_;
    if (refused_ == 0) {
      step_ += kStepGrowth;
    } else {
      rate_ = std::min(rate_, most);
    }
    responses_ = 0;
    return;
  }
  // As high as it gets: after a while the host may accept more.
  if (responses_ < hold_) return;
  refused_ *= kTry;
  responses_ = 0;
}

}  // namespace fanfetch
