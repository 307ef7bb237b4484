#include "coordinator/commands/top/top_line.h"

#include <algorithm>

#include "common/utf8.h"

namespace fanfetch {
namespace {

/// Columns of a text of ours: its UTF-8 characters.
std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char byte) { return (byte & '\xC0') != '\x80'; }));
}

}  // namespace

TopLine cut_to(TopLine line, std::size_t columns) {
  for (TopSpan& span : line) {
    std::size_t end = 0;
    while (end < span.text.size() && columns > 0) {
      do ++end;
      while (end < span.text.size() && (span.text[end] & '\xC0') == '\x80');
      --columns;
    }
    span.text.resize(end);
  }
  return line;
}

std::size_t width(const TopLine& line) {
  std::size_t columns = 0;
  for (const TopSpan& span : line) columns += columns_of(span.text);
  return columns;
}

std::string ascii_text(std::string_view text, std::size_t most) {
  std::string shown = printable(text, most);
  std::ranges::replace_if(
      shown, [](char c) { return (c & '\x80') != 0; }, '?');
  return shown;
}

}  // namespace fanfetch
