#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace fanfetch {

// ASCII alone, whatever the locale: schemes, host names, headers, extensions.

[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] inline std::string to_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return to_lower(c); });
  return lower;
}

/// Equal but for case.
[[nodiscard]] constexpr bool is_same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

[[nodiscard]] constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

[[nodiscard]] constexpr bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c);
}

/// C0 controls and DEL.
[[nodiscard]] constexpr bool is_control(char c) {
  return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
}

[[nodiscard]] constexpr bool has_control(std::string_view text) {
  bool any = false;
  for (const char c : text) any |= is_control(c);  // without an end on the way it is vectorized
  return any;
}

/// What std::isspace() knows in the C locale.
inline constexpr std::string_view kWhitespace = " \t\r\n\v\f";
/// Optional whitespace in a header (RFC 9110, 5.6.3), and around a link in a list.
inline constexpr std::string_view kSpaceAndTab = " \t";

/// `text` without the characters of `blanks` at its ends: `"  a b \r"` is `"a b"`.
[[nodiscard]] constexpr std::string_view trimmed(std::string_view text,
                                                 std::string_view blanks = kWhitespace) {
  text.remove_prefix(std::min(text.find_first_not_of(blanks), text.size()));
  return text.substr(0, text.find_last_not_of(blanks) + 1);  // npos + 1 is 0
}

}  // namespace fanfetch
