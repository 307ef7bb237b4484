#pragma once

#include "common/clock.h"

namespace fanfetch {

/// How many requests one host gets at once, learnt from its answers. Two things are learnt, and
/// remembered, since growing until it hurts (as TCP does) would hurt all the time:
/// - the ceiling: so many at once were refused. The limit stays just below, and tries one more
///   rarely, at intervals that grow while that is refused again.
/// - the knee: more at once brought no more throughput. The limit stays where it paid.
/// Throughput is taken from latencies (Little's law), so that pauses and gaps do not matter. Pure.
class AtOnceLimit {
 public:
  /// `adapts` false: it is `most`, always. Otherwise it begins with a quarter of that.
  AtOnceLimit(unsigned most, bool adapts);
  /// More may be allowed while it is in use, never less.
  void allow(unsigned most);

  /// At least 1.
  [[nodiscard]] unsigned now() const { return limit_; }
  /// So many at once have been answered well.
  [[nodiscard]] bool is_proven(unsigned at_once) const {
    return at_once <= 1 || at_once <= proven_;  // fewer than one there cannot be
  }
  [[nodiscard]] bool has_ceiling() const { return ceiling_ != 0; }

  /// A good answer to a request that began at `began` and was one of `at_start` at once then, and
  /// of `at_end` when the answer came. `work`: what it brought, in any unit.
  void on_healthy(Instant began, unsigned at_start, unsigned at_end, double work, Instant now);
  /// Half as many from now on; growing back takes one good answer for each.
  void halve();
  /// A request that was one of `at_once` was refused, and there were too many of them.
  void on_refused(unsigned at_once, Instant now);
  /// Another one of the same flight was refused: a ceiling that was met is as low as that.
  void on_refused_too(unsigned at_once);
  /// It was not their number: the ceiling is what it was before the last on_refused().
  void forget_refusal();

 private:
  /// What answers at one level told.
  struct Sample {
    float work = 0;
    float seconds = 0;
    float at_once = 0;  // sum over the answers
    unsigned answers = 0;

    void add(double work_done, double took, unsigned most_at_once);
    /// Work a second of so many at once.
    [[nodiscard]] double throughput() const;
  };
  enum class Trial : unsigned char { none, more, fewer };

  void prove(unsigned at_once);
  [[nodiscard]] unsigned cap() const;
  [[nodiscard]] unsigned goal() const;
  void measure(Instant began, unsigned at_once, double work, double took, Instant now);
  void begin_trial(Instant now);
  void end_trial();
  void hold(unsigned level);
  void try_above_ceiling(Instant now);

  bool adapts_;
  unsigned most_;
  unsigned limit_;
  unsigned proven_ = 0;
  unsigned proving_ = 0;  // what the next proof will be of
  unsigned proofs_ = 0;   // answers that speak for it

  unsigned ceiling_ = 0;         // so many were refused; 0: none were
  unsigned former_ceiling_ = 0;  // before the last refusal
  unsigned calm_answers_ = 0;    // good ones since the ceiling was met or raised
  unsigned calm_wanted_;         // until it is raised
  Instant calm_since_{};
  bool raised_ = false;  // since it was met

  Instant round_began_ = Instant::min();
  unsigned peak_ = 0;  // the most that were in flight in this round

  unsigned good_;  // what pays as far as is known
  Sample good_sample_;
  Trial trial_ = Trial::more;
  unsigned trial_level_;
  Sample trial_sample_;
  Instant trial_began_ = Instant::max();  // the level was reached
  bool in_slow_start_ = true;             // no trial has failed yet
  bool falling_ = false;                  // the last trial of more brought less
  unsigned hold_;                         // answers until the next trial
};

}  // namespace fanfetch
