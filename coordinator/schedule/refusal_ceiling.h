#pragma once

#include <algorithm>

#include "common/clock.h"

namespace fanfetch {

/// The number of concurrent requests at which a host refuses some, learnt from its refusals.
/// Requests stay just below it; one more is tried rarely, at intervals that double while that is
/// refused again. Pure.
class RefusalCeiling {
 public:
  /// `allowed`: concurrent requests that the user allows.
  explicit RefusalCeiling(unsigned allowed) : allowed_(allowed) {}
  void allow(unsigned allowed) { allowed_ = allowed; }

  [[nodiscard]] unsigned allowed() const { return allowed_; }
  [[nodiscard]] bool is_known() const { return ceiling_ != 0; }
  /// How many concurrent requests are allowed: one less than were refused, at least 1, at most what
  /// the user allows.
  [[nodiscard]] unsigned cap() const {
    return ceiling_ == 0 ? allowed_ : std::clamp(ceiling_ - 1, 1u, allowed_);
  }
  /// The host has answered that number well, several times in a row.
  [[nodiscard]] bool is_proven(unsigned concurrent) const {
    return concurrent <= 1 || concurrent <= proven_;  // fewer than one there cannot be
  }

  /// A good response to one of `concurrent` requests.
  void on_healthy(unsigned concurrent);
  /// One of `concurrent` requests was refused because there were too many of them.
  void on_refused(unsigned concurrent, Instant now);
  /// A further request was refused that was in flight when on_refused() was called: the ceiling is
  /// as low as that, unless the number is proven.
  void on_refused_too(unsigned concurrent);
  /// The last on_refused() was wrong: restores the ceiling from before.
  void forget_refusal() { ceiling_ = former_ceiling_; }
  /// Call while as many requests are in use as cap() allows: raises the ceiling once it was
  /// respected for long enough.
  void raise_when_calm(Instant now);

  /// Good responses at the cap, and the time, before more is tried: the first interval. It doubles
  /// with each refusal of such a try, and halves while tries succeed.
  static constexpr unsigned kFirstCalm = 500;
  static constexpr auto kCalmTimePerResponse = std::chrono::milliseconds(60);  // 500: 30 s
  /// Good responses in a row, at one number of requests or above, that prove it.
  static constexpr unsigned kProofs = 8;

 private:
  void prove(unsigned concurrent);

  unsigned allowed_;

  unsigned ceiling_ = 0;               // the number that was refused; 0: none was
  unsigned former_ceiling_ = 0;        // before the last refusal
  unsigned calm_responses_ = 0;        // good ones since the ceiling was met or raised
  unsigned calm_wanted_ = kFirstCalm;  // until it is raised
  Instant calm_since_{};
  bool raised_ = false;  // since it was met

  unsigned proven_ = 0;
  unsigned proving_ = 0;  // what the next proof will be of
  unsigned proofs_ = 0;   // responses that count towards it
};

}  // namespace fanfetch
