#pragma once

#include <memory>
#include <random>

#include "common/clock.h"
#include "common/outcome.h"
#include "coordinator/schedule/at_once_limit.h"
#include "coordinator/schedule/host_feedback.h"
#include "coordinator/schedule/learned_pace.h"

namespace fanfetch {

/// What holds for every host of a run.
struct HostRules {
  bool adapts = true;                            ///< Or a host gets its most at once, always.
  double rate = 0;                               ///< Requests a second; 0: no limit.
  Duration max_wait = std::chrono::minutes(10);  ///< For a host that asks to wait; 0: no limit.
};

/// How much one host may be asked at once, how fast, and whether at all; learns from its answers:
/// - A host that throttles is left alone for as long as it asks, else for pauses that grow; then
///   one request tries whether it goes on. If it is the rate that it limits, that is learnt.
/// - A host that only fails is tried with one request at a time, and given up if that fails too.
/// - How many at once: see AtOnceLimit. A fixed limit stays, but all the rest holds for it too.
/// Pure: time and dice come in.
class HostGovernor {
 public:
  /// `rules` are lent.
  HostGovernor(const HostRules& rules, unsigned most)
      : rules_(&rules), limit_(most, rules.adapts) {}

  /// More may be allowed while it is in use, never less.
  void allow(unsigned most) { limit_.allow(most); }

  /// May one more be in flight?
  [[nodiscard]] bool has_room() const {
    return in_flight_ < limit_.now() && !(probing_ && probe_out_);
  }
  /// Not before this; the past if at once.
  [[nodiscard]] Instant ready_at() const { return std::max(pause_until_, next_start_); }
  /// Set: it is given up for now, and this becomes of its links, which need no request of their
  /// own.
  [[nodiscard]] std::shared_ptr<const Failed> given_up(Instant now) const {
    return now < pause_until_ ? gave_up_ : nullptr;
  }

  /// What an attempt is remembered by until it is finished.
  struct Attempt {
    Instant began{};
    unsigned at_once = 0;
    bool at_pace = false;
  };
  /// REQUIRES: has_room(), and ready_at() is not after `now`.
  [[nodiscard]] Attempt start(Instant now);
  void finish(const Attempt& attempt, const HostFeedback& answer, Instant now,
              std::mt19937_64& dice);

  [[nodiscard]] unsigned in_flight() const { return in_flight_; }
  /// An idle host's governor is worth its memory: a new one would do what has been answered with
  /// a refusal.
  [[nodiscard]] bool worth_keeping(Instant now) const;

  /// After so many failures in a row a host is suspected to be dead, …
  static constexpr unsigned kSuspiciousFailures = 6;
  /// … and after so many that were tried one by one, 1, 2, 4 seconds apart, it is given up. A host
  /// that has answered well before gets kPatience, since it may come back.
  static constexpr unsigned kProbes = 3;
  static constexpr auto kPatience = std::chrono::minutes(2);
  /// So long: then another link may try it.
  static constexpr auto kGivenUpFor = std::chrono::seconds(60);

 private:
  void on_healthy(const Attempt& attempt, const HostFeedback& answer, Instant now);
  void on_throttled(const Attempt& attempt, const HostFeedback& answer, Instant now,
                    std::mt19937_64& dice);
  void on_failed(const Attempt& attempt, const HostFeedback& answer, Instant now);
  void on_forbidden(const Attempt& attempt, Instant now);
  void on_life(const Attempt& attempt);
  void end_trouble(const Attempt& attempt);
  void halve(const Attempt& attempt, Instant now);
  [[nodiscard]] bool looks_like_a_rate(const Attempt& attempt, const HostFeedback& answer,
                                       Instant now) const;
  [[nodiscard]] Duration unasked_pause(const HostFeedback& answer, Instant now) const;
  void pause(Instant until, Instant now);
  void give_up(Failed failed, Instant until, Instant now);
  void give_up_as_throttled(const HostFeedback& answer, Instant until, Instant now,
                            std::string_view why);

  const HostRules* rules_;
  AtOnceLimit limit_;
  LearnedPace pace_;
  unsigned in_flight_ = 0;

  // How fast:
  Instant next_start_{};    // as the rate and the pace have it
  Instant window_began_{};  // since the last pause for a rate ended
  unsigned borne_ = 0;      // since then
  Instant last_start_{};

  // Pauses and probes:
  Instant pause_until_{};
  Duration pause_length_{};
  Instant paused_at_ = Instant::min();  // what began before tells nothing new
  Instant halved_at_ = Instant::min();
  Instant trouble_since_{};  // throttled, or failing, without a good answer in between
  bool probing_ = false;     // one at a time, until one is answered
  bool probe_out_ = false;
  bool blamed_number_ = false;  // why it pauses: too many at once, …
  bool was_rate_ = false;       // … or too many a second: to be learnt from once it is over
  bool was_at_pace_ = false;
  bool answered_well_ = false;             // ever
  unsigned pauses_ = 0;                    // in a row
  unsigned refusals_ = 0;                  // in a row
  unsigned forbidden_ = 0;                 // in a row
  unsigned failures_ = 0;                  // in a row
  unsigned failed_probes_ = 0;             // in a row
  std::shared_ptr<const Failed> gave_up_;  // until pause_until_
};

}  // namespace fanfetch
