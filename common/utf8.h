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

// What is printed for people passes one of these: the one place that knows what a terminal acts on
// (control characters) and what changes how the text around it is displayed (bidi controls, line
// and paragraph separators, tags). scripts/check finds prints that pass them by.

/// `text` as a part of one line: what a terminal acts on, invalid UTF-8 and bidi controls become
/// escapes (`\x1b`, `\xff`, `\u202e`), line feeds (`\n`) and tabs (`\t`) too. At most `max_bytes`
/// long; if it was cut, it ends in "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t max_bytes = 500);

/// The same for lines and columns of any length: line feeds and tabs stay.
[[nodiscard]] std::string printable_lines(std::string_view text);

/// `json`, one JSON text, with `\u` escapes for all that printable() replaces and RapidJSON writes
/// as it is: the same value for whoever reads it. REQUIRES: valid UTF-8.
[[nodiscard]] std::string printable_json(std::string_view json);

/// `url`, as listed, with percent escapes for all that printable() replaces: what its request has,
/// so that it is the same link for whoever reads it.
[[nodiscard]] std::string printable_url(std::string_view url);

}  // namespace fanfetch
