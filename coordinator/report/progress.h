#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "common/clock.h"
#include "coordinator/report/live_report.h"
#include "coordinator/report/look.h"

namespace fanfetch {

/// Decides what progress to show and when, but does not show it. Pure: takes times, returns text.
class Progress {
 public:
  enum class Style : std::uint8_t { bar, plain, none };

  static constexpr std::chrono::milliseconds kBarInterval{200};

  Progress(Style style, const Look& look, Instant start);

  /// What to show at `now`: a bar to be redrawn in place, or a plain line without newline; nullopt
  /// if nothing is due. Bar: at most 5 times a second, at most `columns` wide (0: unknown), and the
  /// drawn part of it as wide each time; the caller goes to the beginning of the line and erases
  /// the rest of it. Plain: after 5 s, then every minute.
  [[nodiscard]] std::optional<Spans> due(const LiveReport& live, Instant now, unsigned columns);
  /// When due() returns something next; nullopt with Style::none.
  [[nodiscard]] std::optional<Instant> next() const;
  [[nodiscard]] Style style() const { return style_; }

 private:
  Style style_;
  Look look_;
  Instant next_;
};

}  // namespace fanfetch
