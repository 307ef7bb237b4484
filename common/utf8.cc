#include "common/utf8.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace fanfetch {
namespace {

/// Characters that a terminal acts on, or that change how the text around them is displayed.
bool is_unprintable(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ||              // C0, DEL, C1
         code == 0x61c || code == 0x200e || code == 0x200f ||         // bidi marks
         (code >= 0x2028 && code <= 0x202e) ||                        // separators, embeddings
         (code >= 0x2066 && code <= 0x206f) || code == 0xfeff ||      // isolates; byte order mark
         (code >= 0xfff9 && code <= 0xfffb) || (code >> 8) == 0xe00;  // annotations; tags
}

bool is_printable(const Utf8Character& character) {
  return character.valid && !is_unprintable(character.code);
}

/// `text` with what `replace` makes of each character (or bad byte) that is not printable and for
/// which `stays` is false.
template <class Stays, class Replace>
std::string replace_unprintable(std::string_view text, Stays stays, Replace replace) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    const std::string_view piece = text.substr(0, character.bytes);
    if (is_printable(character) || stays(character)) {
      clean += piece;
    } else {
      replace(clean, character, piece);
    }
    text.remove_prefix(character.bytes);
  }
  return clean;
}

/// What stands for a character that is not printable, or for a byte that belongs to none: as C
/// would write it, `\t`, `\x1b`, `\u202e`.
std::string escape_of(const Utf8Character& character, std::string_view bytes) {
  const auto code = static_cast<unsigned>(character.code);
  if (!character.valid) return fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
  switch (code) {
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\r': return "\\r";
    default: break;
  }
  if (code < 0x80) return fmt::format("\\x{:02x}", code);
  return code < 0x10000 ? fmt::format("\\u{:04x}", code) : fmt::format("\\U{:08x}", code);
}

/// A UTF-16 unit as JSON has it (RFC 8259, 7).
void add_json_escape(std::string& json, unsigned unit) {
  fmt::format_to(std::back_inserter(json), "\\u{:04x}", unit);
}

}  // namespace

Utf8Character decode_utf8(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return {first, 1, true};
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return {};
  char32_t code = first & (0xffu >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code = (code << 6) | (byte(i) & 0x3fu);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xd800 && code <= 0xdfff;
  if (overlong || surrogate || code > 0x10ffff) return {};
  return {code, length, true};
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    valid += character.valid ? text.substr(0, character.bytes) : "\xef\xbf\xbd";
    text.remove_prefix(character.bytes);
  }
  return valid;
}

std::string printable(std::string_view text, std::size_t max_bytes) {
  static constexpr std::string_view kCut = "...";
  std::string clean;
  std::size_t room_for_cut = 0;  // longest length of `clean` that leaves room for kCut
  while (!text.empty()) {
    const Utf8Character character = decode_utf8(text);
    const std::string_view bytes = text.substr(0, character.bytes);
    const std::string escape = is_printable(character) ? "" : escape_of(character, bytes);
    const std::string_view piece = escape.empty() ? bytes : std::string_view(escape);
    if (clean.size() + piece.size() > max_bytes) {
      clean.resize(room_for_cut);
      return clean.append(kCut.substr(0, max_bytes - room_for_cut));
    }
    clean += piece;
    if (clean.size() + kCut.size() <= max_bytes) room_for_cut = clean.size();
    text.remove_prefix(character.bytes);
  }
  return clean;
}

std::string printable_lines(std::string_view text) {
  return replace_unprintable(
      text,
      [](const Utf8Character& character) {
        return character.valid && (character.code == '\n' || character.code == '\t');
      },
      [](std::string& clean, const Utf8Character& character, std::string_view bytes) {
        clean += escape_of(character, bytes);
      });
}

std::string printable_json(std::string_view json) {
  // Most lines are plain ASCII, in which RapidJSON has escaped all but DEL.
  const bool plain =
      std::all_of(json.begin(), json.end(), [](char c) { return c >= 0 && c < 0x7f; });
  if (plain) return std::string(json);
  return replace_unprintable(
      json, [](const Utf8Character& character) { return character.code < 0x20; },
      [](std::string& clean, const Utf8Character& character, std::string_view) {
        if (character.code < 0x10000) return add_json_escape(clean, character.code);
        const char32_t above = character.code - 0x10000;
        add_json_escape(clean, 0xd800 + (above >> 10));
        add_json_escape(clean, 0xdc00 + (above & 0x3ff));
      });
}

std::string printable_url(std::string_view url) {
  return replace_unprintable(
      url, [](const Utf8Character&) { return false; },
      [](std::string& clean, const Utf8Character&, std::string_view bytes) {
        for (const char c : bytes) {
          fmt::format_to(std::back_inserter(clean), "%{:02X}", static_cast<unsigned char>(c));
        }
      });
}

}  // namespace fanfetch
