#include "coordinator/sources/entry/list_text.h"

#include <algorithm>
#include <iterator>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

struct CodeRange {
  char32_t first, last;
};
/// Unicode's white space beyond ASCII, and what is invisible at the ends of a text.
constexpr CodeRange kInvisible[] = {
    {0x0085, 0x0085},  // next line
    {0x00A0, 0x00A0},  // no-break space
    {0x00AD, 0x00AD},  // soft hyphen
    {0x061C, 0x061C},  // Arabic letter mark
    {0x1680, 0x1680},  // Ogham space
    {0x180E, 0x180E},  // Mongolian vowel separator
    {0x2000, 0x200F},  // spaces, zero width ones, marks of direction
    {0x2028, 0x202F},  // separators of lines and paragraphs, embeddings, narrow no-break space
    {0x205F, 0x206F},  // mathematical space, word joiner, isolates
    {0x3000, 0x3000},  // ideographic space
    {0xFEFF, 0xFEFF},  // byte order mark
};

/// Control characters too: DOS ends a file with 0x1A. Not NUL, which no text has.
bool is_ascii_blank(char c) { return c == ' ' || (c != '\0' && is_control(c)); }

/// ASCII that is no blank.
bool is_seen(char c) { return c > ' ' && c <= '~'; }

bool is_invisible(char32_t code) {
  return std::any_of(std::begin(kInvisible), std::end(kInvisible), [code](const CodeRange& range) {
    return code >= range.first && code <= range.last;
  });
}

constexpr std::string_view kBehindScheme = "://";

bool is_of_scheme(char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; }

/// Whether `first`, and the character that it ends with, are a whole link and what separates it
/// from `second`, its scheme. In a query all of these are data, and within the path of a link to
/// another link too.
bool is_separated(std::string_view first, std::string_view second) {
  constexpr std::string_view kSeparators = ",;|";
  return kSeparators.find(first.back()) != std::string_view::npos &&
         (is_same_word(second, "http") || is_same_word(second, "https")) &&
         first.find(kBehindScheme) == first.rfind(kBehindScheme) && begins_like_url(first) &&
         first.find_first_of("?#(") == std::string_view::npos;
}

/// Bytes of the blank at the front; 0: there is none.
std::size_t blank_at_front(std::string_view text) {
  if (text.empty()) return 0;
  if ((text.front() & 0x80) == 0) return is_ascii_blank(text.front()) ? 1 : 0;
  const Utf8Character character = decode_utf8(text);
  return character.valid && is_invisible(character.code) ? character.bytes : 0;
}

/// The same for the back.
std::size_t blank_at_back(std::string_view text) {
  if (text.empty()) return 0;
  if ((text.back() & 0x80) == 0) return is_ascii_blank(text.back()) ? 1 : 0;
  std::size_t begin = text.size() - 1;
  while (begin > 0 && text.size() - begin < 3 && (text[begin] & 0xC0) == 0x80) --begin;
  const Utf8Character character = decode_utf8(text.substr(begin));
  const bool is_last = character.valid && begin + character.bytes == text.size();
  return is_last && is_invisible(character.code) ? character.bytes : 0;
}

}  // namespace

std::string_view trimmed_link(std::string_view text) {
  if (!text.empty() && is_seen(text.front()) && is_seen(text.back())) return text;  // nearly all
  while (const std::size_t blank = blank_at_front(text)) text.remove_prefix(blank);
  while (const std::size_t blank = blank_at_back(text)) text.remove_suffix(blank);
  return text;
}

bool begins_like_url(std::string_view text) {
  const std::string_view scheme = text.substr(0, std::min(text.find(kBehindScheme), text.size()));
  if (scheme.empty() || scheme.size() == text.size()) return false;
  return std::all_of(scheme.begin(), scheme.end(), is_of_scheme);
}

bool holds_two_urls(std::string_view text) {
  std::size_t end = text.find(kBehindScheme);
  for (; end != std::string_view::npos; end = text.find(kBehindScheme, end + 1)) {
    std::size_t begin = end;
    while (begin > 0 && is_of_scheme(text[begin - 1])) --begin;
    if (begin == 0 || begin == end) continue;
    const std::string_view before = text.substr(0, begin);
    if (blank_at_back(before) > 0 || is_separated(before, text.substr(begin, end - begin))) {
      return true;
    }
  }
  return false;
}

}  // namespace fanfetch
