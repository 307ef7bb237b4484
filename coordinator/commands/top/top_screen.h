#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coordinator/commands/top/top_model.h"

namespace fanfetch {

enum class TopStyle : std::uint8_t { plain, heading, strong, faint, good, bad, warning };

/// A piece of a line, of one style. Printable; a character is one column wide.
struct TopSpan {
  std::string text;
  TopStyle style = TopStyle::plain;

  bool operator==(const TopSpan&) const = default;
};
using TopLine = std::vector<TopSpan>;

/// The terminal.
struct TopLook {
  std::size_t rows = 24, columns = 80;
  bool unicode = false;  ///< It shows UTF-8: blocks in place of ASCII.
};

/// The least terminal that shows all.
inline constexpr std::size_t kTopRows = 16, kTopColumns = 60;

/// The whole screen: at most `look.rows` lines, none wider than `look.columns`. A smaller terminal
/// than the least gets what fits. Pure.
[[nodiscard]] std::vector<TopLine> top_screen(const TopModel& model, const TopLook& look);

/// `line` with nothing beyond `columns`.
[[nodiscard]] TopLine cut_to(TopLine line, std::size_t columns);

/// Columns that a line takes.
[[nodiscard]] std::size_t width(const TopLine& line);

}  // namespace fanfetch
