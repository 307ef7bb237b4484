#include "coordinator/schedule/learned_pace.h"

namespace fanfetch {
namespace {

/// Just below: of what was borne, and of what was refused.
constexpr double kBelow = 0.97;
/// Up to there it grows by kStep every kAnswersPerStep good answers. A window of a hundred requests
/// that was underestimated by a quarter is filled again within a window and a half.
constexpr double kStep = 1.02;
constexpr unsigned kAnswersPerStep = 10;
constexpr double kAlmost = 0.98;
/// Before the first refusal at a pace, each step is larger than the one before by that much: the
/// pace may be far too low.
constexpr double kStepGrowth = 0.02;
/// Fewer than that tell nothing of a rate: the host may have refused everything for a while.
constexpr unsigned kLeastBorne = 3;
/// What is tried above a pace that was refused.
constexpr double kTry = 1.04;
constexpr unsigned kMostHold = 1 << 16;
/// A few answers tell little: one refusal lowers the pace to a quarter at most.
constexpr double kMostAtOnce = 0.25;
constexpr double kLeastAtOnce = 0.95;

}  // namespace

bool LearnedPace::is_at_its_most() const { return pace_ >= kAlmost * kBelow * refused_; }

bool LearnedPace::on_refused(unsigned borne, Duration time, bool at_pace) {
  const double seconds = std::max(std::chrono::duration<double>(time).count(), 0.001);
  // The refused one counts as well: of one or two that were borne, it makes much of a difference.
  const double measured = (borne + 1) / seconds;
  if (pace_ == 0 || !at_pace) {
    if (borne < kLeastBorne) return false;
    answers_ = 0;
    pace_ = kBelow * measured;
    refused_ = 0;
    step_ = kStep;
    hold_ = kFirstHold;
    return true;
  }
  answers_ = 0;
  if (refused_ != 0 && pace_ > kBelow * refused_) hold_ = std::min(2 * hold_, kMostHold);
  refused_ = pace_;
  step_ = kStep;
  pace_ = std::clamp(kBelow * measured, kMostAtOnce * pace_, kLeastAtOnce * pace_);
  return true;
}

void LearnedPace::on_healthy() {
  if (pace_ == 0) return;
  ++answers_;
  const double most = kBelow * refused_;
  if (refused_ == 0 || pace_ < most) {
    if (answers_ < kAnswersPerStep) return;
    pace_ *= step_;
    if (refused_ == 0) {
      step_ += kStepGrowth;
    } else {
      pace_ = std::min(pace_, most);
    }
    answers_ = 0;
  } else if (answers_ >= hold_) {
    refused_ *= kTry;
    answers_ = 0;
  }
}

}  // namespace fanfetch
