#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"

namespace fanfetch {

/// Where a run stands at one moment.
struct ProgressState {
  std::uint64_t settled = 0;
  std::uint64_t failed = 0;
  std::optional<std::uint64_t> total;  ///< Known once the list has been read to its end.
  std::uint64_t bytes = 0;             ///< Received so far, files in flight included.
};

/// Events a second over the last while, so that the figure can be read: exponential smoothing,
/// right from the first moment on.
class SmoothedRate {
 public:
  explicit SmoothedRate(double over_seconds) : over_seconds_(over_seconds) {}
  /// `amount` came in the `seconds` since the last call. REQUIRES: seconds > 0.
  void add(double amount, double seconds);
  [[nodiscard]] double per_second() const { return weight_ > 0 ? sum_ / weight_ : 0; }

 private:
  double over_seconds_;
  double sum_ = 0;
  double weight_ = 0;  // less than 1 as long as there is little past
};

/// What to show, when; shows nothing itself. Pure: time comes in, text goes out.
class Progress {
 public:
  enum class Style { bar, plain, none };

  Progress(Style style, Instant start);

  /// The text due now: a bar to be redrawn in place, or a plain line without its newline; none if
  /// it is not time yet. Bar: at most 5 times a second, ASCII, at most `columns` wide (0: unknown);
  /// the caller returns to the line's beginning before it and erases what is behind it. Plain:
  /// after 5 s, then each minute.
  [[nodiscard]] std::optional<std::string> due(const ProgressState& state, Instant now,
                                               unsigned columns);
  /// When due() has something again; none with Style::none.
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
  SmoothedRate links_for_time_left_{30};  // a longer memory: the end should not jump about
};

}  // namespace fanfetch
