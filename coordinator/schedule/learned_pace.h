#pragma once

#include "common/clock.h"

namespace fanfetch {

/// The rate of requests that a host accepts, learnt from its refusals if it limits their rate: just
/// below what it accepted, with a little more tried now and then. Pure.
class LearnedPace {
 public:
  /// Requests a second; 0: nothing was learnt, so the pace is no limit.
  [[nodiscard]] double rate() const { return rate_; }

  /// The rate is as high as any that the host accepted for long.
  [[nodiscard]] bool is_at_its_limit() const;

  /// The host refused a request because of their rate, after it had accepted `accepted` of them in
  /// `time`, including the wait until it accepted one again. `at_pace`: they came as fast as rate()
  /// allows. Returns false if that is too little to learn from: add it to what comes next.
  bool on_refused(unsigned accepted, Duration time, bool at_pace);
  /// A good response to a request that came as fast as rate() allows.
  void on_healthy();

 private:
  static constexpr unsigned kFirstHold = 300;

  double rate_ = 0;
  double refused_ = 0;          // a rate that was too high; 0 before the first
  double step_ = 1;             // the factor that the rate grows by
  unsigned responses_ = 0;      // good ones since the rate was changed
  unsigned hold_ = kFirstHold;  // good responses until more than refused_ is tried
};

}  // namespace fanfetch
