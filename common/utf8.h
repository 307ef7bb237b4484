#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fanfetch {

/// Text from strangers: servers, lists, file names. Any bytes may be in it.

/// One character of UTF-8.
struct Utf8Character {
  char32_t code = 0;
  std::size_t bytes = 1;  ///< Its length; of what is no character, one byte to step over.
  bool valid = false;     ///< Shortest form, no surrogate, at most U+10FFFF.
};

/// The first character of `text`. REQUIRES: `text` is not empty.
[[nodiscard]] Utf8Character decode_utf8(std::string_view text);

/// `text` with U+FFFD for each byte that belongs to no character.
[[nodiscard]] std::string valid_utf8(std::string_view text);

/// `text` safe to print on a terminal: control characters, line and paragraph separators, invalid
/// UTF-8 and bidi controls are replaced by '?'. At most `max_bytes` long; what was cut ends in
/// "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 500);

}  // namespace fanfetch
