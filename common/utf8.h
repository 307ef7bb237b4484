#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fanfetch {

// For untrusted text from servers, lists and file names, which may hold any bytes.

/// What may stand in front of a text to say that it is UTF-8.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// One character of UTF-8.
struct Utf8Character {
  char32_t code = 0;
  std::size_t bytes = 1;  ///< Its length; 1 if there is no valid character: the byte to skip.
  bool valid = false;     ///< Shortest form, no surrogate, at most U+10FFFF.
};

/// The first character of `text`. REQUIRES: `text` is not empty.
[[nodiscard]] Utf8Character decode_utf8(std::string_view text);

/// `text` with U+FFFD in place of each byte that belongs to no valid character.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// `text` made safe to print on a terminal: control characters, line and paragraph separators,
/// invalid UTF-8 and bidi controls are replaced by '?'. At most `max_bytes` long; if it was cut, it
/// ends in "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 500);

}  // namespace fanfetch
