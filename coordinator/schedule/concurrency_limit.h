#pragma once

#include "common/clock.h"
#include "coordinator/schedule/refusal_ceiling.h"
#include "coordinator/schedule/throughput_knee.h"

namespace fanfetch {

/// How many requests one host gets concurrently. Two things are learnt from its responses, and
/// remembered, since growing until something fails (as TCP does) would do harm all the time:
/// - RefusalCeiling: the number of concurrent requests that was refused. The limit stays below.
/// - ThroughputKnee: the number beyond which more requests bring no more throughput.
/// The limit moves towards the lower of the two by one for each good response, and is halved when
/// the host is in trouble. Pure.
class ConcurrencyLimit {
 public:
  /// `allowed`: what the user allows, at least 1. `adapts` false: the limit is `allowed`, always.
  /// Otherwise it begins with a quarter of `allowed`.
  ConcurrencyLimit(unsigned allowed, bool adapts);
  /// Raises what the user allows; a lower value changes nothing.
  void allow(unsigned allowed);

  /// What the user allows.
  [[nodiscard]] unsigned allowed() const { return ceiling_.allowed(); }
  [[nodiscard]] bool adapts() const { return adapts_; }
  /// The current limit, at least 1.
  [[nodiscard]] unsigned current() const { return limit_; }
  [[nodiscard]] bool is_proven(unsigned concurrent) const { return ceiling_.is_proven(concurrent); }
  [[nodiscard]] bool has_ceiling() const { return ceiling_.is_known(); }

  /// A good response, at `now`, to a request that began at `began`. `at_start`, `at_end`: requests
  /// in flight at these two times, this one included. `work`: what the response brought, in any
  /// unit.
  void on_healthy(Instant began, unsigned at_start, unsigned at_end, double work, Instant now);
  /// Halves the limit; it grows back by one for each good response.
  void halve();
  /// One of `concurrent` requests was refused because there were too many of them.
  void on_refused(unsigned concurrent, Instant now);
  /// A further request was refused that was in flight when on_refused() was called.
  void on_refused_too(unsigned concurrent);
  /// The last on_refused() was wrong: the cause was another one.
  void forget_refusal() { ceiling_.forget_refusal(); }

 private:
  [[nodiscard]] unsigned goal() const;

  bool adapts_;
  unsigned limit_;
  RefusalCeiling ceiling_;
  ThroughputKnee knee_;

  // A round lasts until a response comes to a request that began within it:
  Instant round_began_ = Instant::min();
  unsigned peak_ = 0;  // the most requests in flight in this round
};

}  // namespace fanfetch
