#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <random>
#include <string_view>

#include "common/clock.h"
#include "common/outcome.h"
#include "coordinator/schedule/concurrency_limit.h"
#include "coordinator/schedule/host_feedback.h"
#include "coordinator/schedule/host_limits.h"
#include "coordinator/schedule/learned_pace.h"

namespace fanfetch {

/// What holds for the hosts of a run.
struct HostRules {
  bool adapts = true;  ///< false: a host's limit of concurrent requests is fixed.
  double rate = 0;     ///< Requests a second; 0: no limit.
  Duration max_wait = std::chrono::minutes(10);  ///< The longest wait a host may ask for; 0: any.
  std::optional<unsigned> per_host = {};         ///< In place of the limit that tasks come with.
  HostLimits limits = {};                        ///< Of single hosts, which win over all others.
};

/// Decides how many concurrent requests one host gets, how fast, and whether any; learns from its
/// feedback. A host that throttles is paused for as long as it asks, otherwise for pauses that
/// grow; a host that only fails is paused too. After a pause one request, the probe, shows whether
/// it is over. A host that stays in trouble is given up. For the number of requests see
/// ConcurrencyLimit; a fixed limit stays, but everything else holds for it too.
/// Pure: time and dice come in.
///
/// Mode × event. "Late": feedback of an attempt that began before the last pause or give-up.
///               | open             | paused           | probing          | given_up
///  start()      | open             | probing, once    | (no room)        | probing, once
///               |                  | the pause is over|                  | its time is over
///  healthy,     | open             | –                | open             | –
///  strained,    |                  |                  |                  |
///  forbidden    |                  |                  |                  |
///  throttled    | paused           | –                | paused           | –
///  unavailable  | paused; the first| –                | paused           | –
///               | in a row: open   |                  |                  |
///  failed       | open; from the   | –                | paused; hopeless:| –
///               | 6th in a row on: |                  | given_up         |
///               | paused           |                  |                  |
///  none         | open             | –                | paused, and over | –
///  late feedback| as above         | paused, and for  | probing          | given_up
///               |                  | longer if asked  |                  |
/// In any mode a host that asks for a longer wait than max_wait, and a throttling host without a
/// good response for that long, becomes given_up.
class HostGovernor {
 public:
  enum class Mode : std::uint8_t {
    open,      ///< Takes requests, up to its limits.
    paused,    ///< Takes none until the pause is over.
    probing,   ///< One request is in flight that shows whether the pause was long enough.
    given_up,  ///< Takes none for a while, and its tasks fail without one.
  };

  /// The last pause or give-up, remembered when it is over too.
  struct Pause {
    /// What the trouble is taken for. `rate` stays until the trouble is over.
    enum class Cause : std::uint8_t {
      none,         ///< The trouble is over, or there was none.
      throttled,    ///< The host refused, and neither number nor rate explains it.
      concurrency,  ///< Too many concurrent requests.
      rate,         ///< Too many requests a second.
      failures,     ///< The host may be down.
    };

    Instant began = Instant::min();  ///< Feedback of attempts that began before is late.
    Instant until{};
    Duration length{};  ///< As set at first: `until` may be moved later.
    Cause cause = Cause::none;
    bool at_pace = false;          ///< Cause rate: the learnt pace was too fast.
    bool lowered_ceiling = false;  ///< ConcurrencyLimit learnt from it: undone if it was the rate.
    std::shared_ptr<const Failed> failed = nullptr;  ///< Not null: the host is given up until then.
  };

  /// `rules` are lent. `allowed`: concurrent requests that the user allows, at least 1. `pieces`:
  /// the host is one of so many pieces, and has as much of the rate.
  HostGovernor(const HostRules& rules, unsigned allowed, unsigned pieces = 1)
      : rules_(&rules), limit_(allowed, rules.adapts), pieces_(pieces) {}

  /// Raises what the user allows; a lower value changes nothing.
  void allow(unsigned allowed) { limit_.allow(allowed); }
  /// The rules have changed, by which the host may have so many from now on. What was learnt of
  /// their number is forgotten if that is another limit than before.
  void follow_rules(unsigned allowed, bool adapts, Instant now);
  /// Since `since` the run has begun no request of any host, by its user's will: time in which this
  /// one could have been asked, and was not, is no part of its outage, nor of a window of its rate.
  void rested(Instant since, Instant now);

  [[nodiscard]] Mode mode() const { return mode_; }
  [[nodiscard]] const Pause& last_pause() const { return pause_; }
  /// One more request may be in flight.
  [[nodiscard]] bool has_room() const {
    return in_flight_ < limit_.current() && mode_ != Mode::probing;
  }
  /// No request may start before; in the past: one may start immediately.
  [[nodiscard]] Instant ready_at() const { return std::max(pause_.until, next_start_); }
  /// Not null: the host is given up, and its tasks fail so without a request.
  [[nodiscard]] std::shared_ptr<const Failed> given_up(Instant now) const {
    return now < pause_.until ? pause_.failed : nullptr;
  }

  /// What finish() needs of an attempt that start() began.
  struct Attempt {
    Instant began{};
    unsigned concurrent = 0;  ///< Requests in flight, this one included.
    bool at_pace = false;     ///< It followed the one before as fast as the learnt pace allows.
  };
  /// REQUIRES: has_room(), and ready_at() is not after `now`.
  [[nodiscard]] Attempt start(Instant now);
  /// What the attempt has repeated puts the host into debt: the next start comes later, as if those
  /// requests were sent now.
  void finish(const Attempt& attempt, const HostFeedback& feedback, Instant now,
              std::mt19937_64& dice);

  [[nodiscard]] unsigned in_flight() const { return in_flight_; }
  /// Of these, at present.
  [[nodiscard]] unsigned current_limit() const { return limit_.current(); }
  /// Whether an idle host's governor is worth its memory: a fresh one would
  /// repeat requests that this one knows to be refused.
  [[nodiscard]] bool worth_keeping(Instant now) const;

  /// Failures in a row after which a host is paused, since it may be dead.
  static constexpr unsigned kSuspiciousFailures = 6;
  /// Failed probes, 1, 2 and 4 seconds apart, after which a host is given up that has never
  /// answered well …
  static constexpr unsigned kProbes = 3;
  /// … and how long an outage may last of one that has, since it may come back.
  static constexpr auto kLongestOutage = std::chrono::minutes(2);
  /// How long a host stays given up; then another link may try it.
  static constexpr auto kGivenUpFor = std::chrono::seconds(60);

 private:
  void on_healthy(const Attempt& attempt, const HostFeedback& feedback, Instant now);
  void on_throttled(const Attempt& attempt, const HostFeedback& feedback, Instant now,
                    std::mt19937_64& dice);
  void on_late_refusal(const Attempt& attempt, Duration asked, Instant now, std::mt19937_64& dice);
  void on_failed(const Attempt& attempt, const HostFeedback& feedback, Instant now);
  void on_forbidden(const Attempt& attempt, Instant now);
  void on_life(const Attempt& attempt);
  void end_trouble(const Attempt& attempt);
  void halve(const Attempt& attempt, Instant now);
  void find_cause(const Attempt& attempt, const HostFeedback& feedback, Instant now);
  [[nodiscard]] bool is_late(const Attempt& attempt) const { return attempt.began <= pause_.began; }
  [[nodiscard]] bool looks_like_a_rate(const Attempt& attempt, const HostFeedback& feedback,
                                       Instant now) const;
  [[nodiscard]] Duration unasked_pause(const HostFeedback& feedback, Instant now) const;
  [[nodiscard]] double requests_a_second() const;
  void pause(Instant until, Instant now);
  void give_up(Failed failed, Instant until, Instant now);
  void give_up_as_throttled(const HostFeedback& feedback, Instant until, Instant now,
                            std::string_view why);

  // There is one governor a host, so members are ordered without gaps.
  const HostRules* rules_;
  ConcurrencyLimit limit_;
  LearnedPace pace_;

  // How fast:
  Instant next_start_{};    // by the rate and the pace
  Instant window_began_{};  // when the last pause for a rate ended
  Instant last_start_{};
  unsigned accepted_ = 0;  // requests since window_began_
  unsigned in_flight_ = 0;
  unsigned pieces_;  // by which the rate of the rules is divided

  // Whether any:
  Pause pause_;
  Instant halved_at_ = Instant::min();
  Instant trouble_since_{};     // the first refusal or failure since a good response
  unsigned pauses_ = 0;         // in a row, for throttling
  unsigned refusals_ = 0;       // in a row
  unsigned forbidden_ = 0;      // in a row
  unsigned failures_ = 0;       // in a row
  unsigned failed_probes_ = 0;  // in a row
  Mode mode_ = Mode::open;
  bool answered_well_ = false;  // ever
};

}  // namespace fanfetch
