#pragma once

#include <cassert>
#include <optional>

#include "common/clock.h"

namespace fanfetch {

/// For how long something better may be waited for while room stays unused: for `most` in all,
/// which only as long a time without a wait renews. So what has been waited for in vain is not
/// waited for again and again. Pure.
class Patience {
 public:
  explicit Patience(Duration most) : most_(most) {}

  /// Begins a wait, or goes on with it. False: it has lasted for long enough.
  [[nodiscard]] bool lasts(Instant now) {
    if (!since_) {
      if (now - rested_at_ >= most_) waited_ = Duration(0);
      since_ = now;
    }
    return waited_ + (now - *since_) < most_;
  }
  /// Nothing is waited for now.
  void rest(Instant now) {
    if (!since_) return;
    waited_ += now - *since_;
    since_.reset();
    rested_at_ = now;
  }
  /// When the wait will have lasted for long enough. REQUIRES: lasts() was true just now.
  [[nodiscard]] Instant ends() const {
    assert(since_);
    return *since_ + (most_ - waited_);
  }

 private:
  Duration most_;
  Duration waited_{0};  // before `since_`
  std::optional<Instant> since_;
  Instant rested_at_{};
};

}  // namespace fanfetch
