#include "coordinator/schedule/refusal_ceiling.h"

#include <algorithm>

namespace fanfetch {
namespace {

constexpr unsigned kLeastCalm = 32;
constexpr unsigned kMostCalm = 1 << 20;

}  // namespace

void RefusalCeiling::on_healthy(unsigned concurrent) {
  prove(std::min(concurrent, cap()));
  ++calm_responses_;
}

/// A single response proves nothing: the host may not have seen all requests together, since others
/// were being refused, or were still on their way.
void RefusalCeiling::prove(unsigned concurrent) {
  if (concurrent <= proven_) return;
  proving_ = proofs_ == 0 ? concurrent : std::min(proving_, concurrent);
  if (++proofs_ < kProofs) return;
  proven_ = proving_;
  proofs_ = 0;
}

void RefusalCeiling::on_refused(unsigned concurrent, Instant now) {
  const unsigned refused = std::max(2u, concurrent);
  former_ceiling_ = ceiling_;
  proven_ = std::min(proven_, refused - 1);
  if (ceiling_ != 0) calm_wanted_ = std::min(2 * calm_wanted_, kMostCalm);
  ceiling_ = ceiling_ == 0 ? refused : std::min(ceiling_, refused);
  raised_ = false;
  proofs_ = 0;
  calm_responses_ = 0;
  calm_since_ = now;
}

void RefusalCeiling::on_refused_too(unsigned concurrent) {
  if (ceiling_ == 0 || is_proven(concurrent) || concurrent >= ceiling_) return;
  ceiling_ = std::clamp(concurrent, 2u, ceiling_);
}

void RefusalCeiling::raise_when_calm(Instant now) {
  if (ceiling_ == 0 || !is_proven(cap())) return;
  if (calm_responses_ < calm_wanted_) return;
  if (now - calm_since_ < kCalmTimePerResponse * calm_wanted_) return;
  // The user allows less than was refused: the ceiling is of no use any more.
  if (ceiling_ > allowed_) {
    ceiling_ = 0;
    return;
  }
  // The last raise was not refused, so the host has more room than it had: sooner next time.
  if (raised_) calm_wanted_ = std::max(calm_wanted_ / 2, kLeastCalm);
  raised_ = true;
  ceiling_ += std::max(1u, ceiling_ / 16);
  calm_responses_ = 0;
  calm_since_ = now;
}

}  // namespace fanfetch
