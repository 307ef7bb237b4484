#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"

namespace fanfetch {

/// The state of a run at one moment.
struct ProgressState {
  std::uint64_t settled = 0;
  std::uint64_t failed = 0;
  std::optional<std::uint64_t> total;  ///< nullopt until the list has been read to its end.
  std::uint64_t bytes = 0;             ///< Received so far, including transfers in flight.
};

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

/// Decides what progress to show and when, but does not show it. Pure: takes times, returns text.
class Progress {
 public:
  enum class Style { bar, plain, none };

  Progress(Style style, Instant start);

  /// The text to show at `now`: a bar to be redrawn in place, or a plain line without newline;
  /// nullopt if nothing is due. Bar: at most 5 times a second, ASCII, at most `columns` wide (0:
  /// unknown); the caller goes to the beginning of the line and erases the rest of it. Plain: after
  /// 5 s, then every minute.
  [[nodiscard]] std::optional<std::string> due(const ProgressState& state, Instant now,
                                               unsigned columns);
  /// When due() returns a text next; nullopt with Style::none.
  [[nodiscard]] std::optional<Instant> next() const;
  [[nodiscard]] Style style() const { return style_; }

 private:
  [[nodiscard]] std::string bar(const ProgressState& state, unsigned columns) const;
  [[nodiscard]] std::string line(const ProgressState& state) const;
  [[nodiscard]] std::string time_left(const ProgressState& state) const;
  void note_rates(const ProgressState& state, Instant now);

  Style style_;
  Instant next_;
  Instant rated_at_;
  ProgressState rated_;
  SmoothedRate links_{5};
  SmoothedRate bytes_{5};
  SmoothedRate links_for_time_left_{30};  // smoother, so that the estimate is steady
};

}  // namespace fanfetch
