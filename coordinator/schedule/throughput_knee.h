#pragma once

#include "common/clock.h"

namespace fanfetch {

/// The number of concurrent requests beyond which a host brings no more throughput, learnt by
/// trials of more and of fewer. Throughput is computed from latencies (Little's law: concurrency /
/// latency), so that pauses and gaps do not matter. Pure.
///
/// Trial × event (a trial ends once enough responses were measured at its level):
///          | enough responses at the level | the trial gained enough         | it did not
///   none   | trial of more, or of fewer    | –                               | –
///   more   | it ends                       | the level is kept; at the start | back (a)
///          |                               | it doubles in the next trial    |
///   fewer  | it ends                       | the level is kept, fewer still  | back
///          |                               | are tried next                  |
/// (a) If more brought less, fewer are tried next.
/// After a trial without a gain, the time until the next one doubles.
class ThroughputKnee {
 public:
  /// Begins with `start` concurrent requests, and a trial of twice as many, up to `allowed`.
  ThroughputKnee(unsigned start, unsigned allowed);
  /// Raises what the user allows.
  void allow(unsigned allowed);

  /// The number of concurrent requests to aim at: the best one known, or the one on trial.
  [[nodiscard]] unsigned level() const { return trial_ == Trial::none ? good_ : trial_level_; }

  /// The limit has arrived at level(): requests that begin from now on count for the trial.
  void on_level_reached(Instant now) {
    if (trial_began_ == Instant::max()) trial_began_ = now;
  }
  /// The limit was halved: the trial begins again when it is back.
  void on_limit_halved();

  struct Response {
    Instant began{};
    unsigned concurrent = 0;  ///< Requests in flight meanwhile, this one included.
    double work = 0;          ///< What it brought, in any unit.
    double seconds = 0;       ///< How long it took.
  };
  /// Measures a good response. `limit`: the current limit; `cap`: the most that the host takes.
  /// Returns true if level() may now be below the limit, which then has to come down.
  [[nodiscard]] bool measure(const Response& response, unsigned limit, unsigned cap, Instant now);

  /// Good responses between two trials, at first.
  static constexpr unsigned kFirstHold = 64;

 private:
  /// What was measured at one level.
  struct Sample {
    float work = 0;
    float seconds = 0;
    float concurrent = 0;  // sum over the responses
    unsigned responses = 0;

    void add(const Response& response);
    /// Work a second at the mean number of concurrent requests.
    [[nodiscard]] double throughput() const;
  };
  enum class Trial : unsigned char { none, more, fewer };

  [[nodiscard]] bool begin_trial(unsigned cap, Instant now);
  [[nodiscard]] bool end_trial(unsigned cap);
  void hold(unsigned level);

  unsigned good_;  // the best level known
  unsigned trial_level_;
  unsigned hold_ = kFirstHold;  // responses until the next trial
  Trial trial_ = Trial::more;
  bool in_slow_start_ = true;  // no trial has failed yet
  bool falling_ = false;       // the next trial is one of fewer
  Sample good_sample_;
  Sample trial_sample_;
  Instant trial_began_ = Instant::max();  // when its level was reached
};

}  // namespace fanfetch
