#include "common/utf8.h"

namespace fanfetch {
namespace {

/// Characters that a terminal acts on, or that change how the text around them is displayed.
bool is_unprintable(char32_t code) {
  return code < 0x20 || (code >= 0x7f && code < 0xa0) ||              // C0, DEL, C1
         code == 0x61c || code == 0x200e || code == 0x200f ||         // bidi marks
         (code >= 0x2028 && code <= 0x202e) ||                        // separators, embeddings
         (code >= 0x2066 && code <= 0x2069) || code == 0xfeff ||      // isolates; byte order mark
         (code >= 0xfff9 && code <= 0xfffb) || (code >> 8) == 0xe00;  // annotations; tags
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
    const bool keep = character.valid && !is_unprintable(character.code);
    const std::string_view piece = keep ? text.substr(0, character.bytes) : "?";
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

}  // namespace fanfetch
