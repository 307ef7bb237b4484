#pragma once

#include <algorithm>

#include "common/clock.h"

namespace fanfetch {

/// How many requests a second a host bears that limits their rate, learnt from its refusals: just
/// below what it bore, with a little more now and then. Pure.
class LearnedPace {
 public:
  /// Requests a second; 0: nothing was learnt, ask as fast as you like.
  [[nodiscard]] double now() const { return pace_; }

  /// It is as fast as, or faster than, anything that was borne for long.
  [[nodiscard]] bool is_at_its_most() const;

  /// It refused a request because of their rate, after it had borne `borne` of them in `time`, the
  /// wait until it took one again included. `at_pace`: they came as fast as now() allows.
  /// False: that is too little to learn from; add it to what comes next.
  bool on_refused(unsigned borne, Duration time, bool at_pace);
  /// A good answer to a request that came as fast as now() allows.
  void on_healthy();

 private:
  double pace_ = 0;
  double refused_ = 0;          // a pace that was too much; 0: none was yet
  double step_ = 1;             // to grow by
  unsigned answers_ = 0;        // since the pace was changed
  unsigned hold_ = kFirstHold;  // answers until more than refused_ is tried
  static constexpr unsigned kFirstHold = 300;
};

}  // namespace fanfetch
