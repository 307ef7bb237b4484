#include "coordinator/sources/json/strict_json.h"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <optional>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

constexpr std::size_t kEscapeBytes = 6;  // \uXXXX

/// The code of the escape \uXXXX at the front of `text`; nullopt: there is none.
std::optional<unsigned> escaped_code(std::string_view text) {
  if (!text.starts_with("\\u") || text.size() < kEscapeBytes) return std::nullopt;
  unsigned code = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kEscapeBytes, code, 16);
  if (error != std::errc() || end != text.data() + kEscapeBytes) return std::nullopt;
  return code;
}

bool is_first_half(unsigned code) { return code >= 0xd800 && code <= 0xdbff; }
bool is_second_half(unsigned code) { return code >= 0xdc00 && code <= 0xdfff; }

/// Moves one character of a string, or an escape, from the front of `text` to the end of `strict`.
void take_character(std::string_view& text, std::string& strict) {
  std::size_t bytes = 1;
  std::string_view instead;
  if (const auto code = escaped_code(text)) {
    bytes = kEscapeBytes;
    const auto next = escaped_code(text.substr(bytes));
    if (is_first_half(*code) && next && is_second_half(*next)) {
      bytes += kEscapeBytes;
    } else if (is_first_half(*code) || is_second_half(*code)) {
      instead = "\\ufffd";
    }
  } else if (text.front() == '\\') {
    bytes = 2;
  } else if ((text.front() & 0x80) != 0) {
    const Utf8Character character = decode_utf8(text);
    bytes = character.bytes;
    if (!character.valid) instead = "\xEF\xBF\xBD";
  }
  strict += instead.empty() ? text.substr(0, bytes) : instead;
  text.remove_prefix(std::min(bytes, text.size()));
}

bool is_no_json_number(std::string_view word) {
  const bool is_signed = word.starts_with('-') || word.starts_with('+');
  const std::string_view digits = word.substr(is_signed ? 1 : 0);
  for (const char* name : {"nan", "inf", "infinity"}) {
    if (is_same_word(digits, name)) return true;
  }
  if (digits.empty() || digits.front() < '0' || digits.front() > '9') return false;
  const std::string number(word);
  char* end = nullptr;
  return std::isinf(std::strtod(number.c_str(), &end)) && *end == '\0';
}

}  // namespace

std::string strict_json(std::string_view text) {
  std::string strict;
  strict.reserve(text.size());
  const auto belongs_to_word = [](char c) {
    return is_alphanumeric(c) || c == '+' || c == '-' || c == '.';
  };
  while (!text.empty()) {
    if (text.front() == '"') {
      strict += '"';
      text.remove_prefix(1);
      while (!text.empty() && text.front() != '"') take_character(text, strict);
      if (text.empty()) break;
      strict += '"';
      text.remove_prefix(1);
      continue;
    }
    std::size_t word = 0;
    while (word < text.size() && belongs_to_word(text[word])) ++word;
    if (is_no_json_number(text.substr(0, word))) {
      strict += "null";
    } else {
      strict += text.substr(0, word = std::max<std::size_t>(word, 1));
    }
    text.remove_prefix(word);
  }
  return strict;
}

}  // namespace fanfetch
