#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

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

/// `line` with nothing beyond `columns`.
[[nodiscard]] TopLine cut_to(TopLine line, std::size_t columns);

/// Columns that a line takes.
[[nodiscard]] std::size_t width(const TopLine& line);

/// A foreign text, of at most `most` bytes: printable, and one byte a column.
[[nodiscard]] std::string ascii_text(std::string_view text, std::size_t most);

}  // namespace fanfetch
