#pragma once

#include <cstdint>
#include <optional>

#include "common/clock.h"
#include "coordinator/report/progress_state.h"

namespace fanfetch {

/// A rate per second, smoothed exponentially so that the figure is steady enough to read. Unbiased
/// from the first call on.
class SmoothedRate {
 public:
  explicit SmoothedRate(double over_seconds) : over_seconds_(over_seconds) {}
  /// Adds the `amount` of the `seconds` since the last call. REQUIRES: seconds > 0.
  void add(double amount, double seconds);
  [[nodiscard]] double per_second() const { return weight_ > 0 ? sum_ / weight_ : 0; }

 private:
  double over_seconds_;
  double sum_ = 0;
  double weight_ = 0;  // less than 1 at the beginning
};

/// How fast a run is, and how long it takes yet. Only links that are asked for count: kept and
/// skipped ones go a thousand times faster, and come in heaps. Pure.
class Pace {
 public:
  explicit Pace(Instant start) : noted_at_(start) {}

  /// Call a few times a second, or at least once a minute.
  void note(const ProgressState& state, Instant now);

  /// Links that were asked for, a second, over about 5 s.
  [[nodiscard]] double links_per_second() const { return links_.per_second(); }
  /// Good bytes a second, over about 5 s.
  [[nodiscard]] double bytes_per_second() const { return bytes_.per_second(); }
  /// How long the rest takes, as of the last note(); at least as long as any host waits, and as
  /// what is in flight takes. Where files are so large that few of them end, by their bytes.
  /// nullopt: no estimate, as the list is still being read, nothing has come yet, the run is
  /// paused, everything waits, or the estimate is longer than anybody believes; or nothing is left.
  [[nodiscard]] std::optional<Duration> time_left() const;

  /// The good bytes that there will be at the end. Only of a run of few large files, where they say
  /// more than the links do.
  struct TotalBytes {
    std::uint64_t bytes = 0;
    bool exact = false;  ///< All that is left is in flight, and of known size.
  };
  [[nodiscard]] std::optional<TotalBytes> total_bytes() const;

 private:
  [[nodiscard]] double links_left() const;
  [[nodiscard]] std::optional<double> bytes_left() const;
  [[nodiscard]] std::optional<double> seconds_left() const;
  [[nodiscard]] bool goes_by_bytes() const;

  ProgressState noted_;
  Instant noted_at_;
  SmoothedRate links_{5};
  SmoothedRate bytes_{5};
  // Smoother, so that the estimate is steady:
  SmoothedRate links_for_time_left_{30};
  SmoothedRate bytes_for_time_left_{30};
  double share_to_fetch_ = 1;  // of the links read last; see note()
};

}  // namespace fanfetch
