#include "worker/head/header_text.h"

#include <iconv.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "common/ascii.h"
#include "common/url.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const Utf8Character character = decode_utf8(bytes);
    if (!character.valid) return false;
    bytes.remove_prefix(character.bytes);
  }
  return true;
}

/// Of the bytes 80 to 9F (the WHATWG's Encoding Standard).
constexpr char16_t kWindows1252[] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};

std::string from_windows_1252(std::string_view bytes) {
  std::string utf8;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    const unsigned code = byte >= 0x80 && byte < 0xA0 ? kWindows1252[byte - 0x80] : byte;
    if (code < 0x80) {
      utf8 += c;
    } else if (code < 0x800) {
      utf8 += static_cast<char>(0xC0 | code >> 6);
      utf8 += static_cast<char>(0x80 | (code & 0x3F));
    } else {
      utf8 += static_cast<char>(0xE0 | code >> 12);
      utf8 += static_cast<char>(0x80 | (code >> 6 & 0x3F));
      utf8 += static_cast<char>(0x80 | (code & 0x3F));
    }
  }
  return utf8;
}

/// The names that the C library's converter has for the character sets of old servers. Only those:
/// a set with states (ISO-2022) or of no server's use has nothing to do in a header.
constexpr std::pair<std::string_view, const char*> kOldSets[] = {
    {"gb18030", "GB18030"},   {"gbk", "GB18030"},          {"gb2312", "GB18030"},
    {"cp936", "GB18030"},     {"big5", "BIG5-HKSCS"},      {"big5-hkscs", "BIG5-HKSCS"},
    {"shift_jis", "CP932"},   {"shift-jis", "CP932"},      {"sjis", "CP932"},
    {"cp932", "CP932"},       {"windows-31j", "CP932"},    {"euc-jp", "EUC-JP"},
    {"euc-kr", "CP949"},      {"ks_c_5601-1987", "CP949"}, {"cp949", "CP949"},
    {"koi8-r", "KOI8-R"},     {"koi8-u", "KOI8-U"},        {"tis-620", "CP874"},
    {"windows-874", "CP874"}, {"macintosh", "MACINTOSH"}};

/// `iso-8859-2`, `windows-1251` and their like are known to the converter by these names.
std::string converters_name(const std::string& charset) {
  for (const auto& [name, converters] : kOldSets) {
    if (charset == name) return converters;
  }
  for (const std::string_view family : {"iso-8859-", "windows-125", "cp125"}) {
    if (!charset.starts_with(family)) continue;
    const std::string_view number = std::string_view(charset).substr(family.size());
    const bool is_number = number.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number || number.empty() || number.size() > 2) return "";
    return family == "iso-8859-" ? charset : "CP125" + std::string(number);
  }
  return "";
}

/// nullopt: the bytes are none of that set, or this system has no converter for it.
std::optional<std::string> convert(const std::string& from, std::string_view bytes) {
  const iconv_t converter = ::iconv_open("UTF-8", from.c_str());
  if (converter == reinterpret_cast<iconv_t>(-1)) return std::nullopt;
  std::string input(bytes);
  std::string utf8(bytes.size() * 4, '\0');  // no set here has longer ones
  char* read = input.data();
  char* written = utf8.data();
  std::size_t left = input.size();
  std::size_t room = utf8.size();
  constexpr auto kFailed = static_cast<std::size_t>(-1);
  // The second call brings out a letter that was held back for a mark that could follow it.
  const bool whole = ::iconv(converter, &read, &left, &written, &room) != kFailed &&
                     ::iconv(converter, nullptr, nullptr, &written, &room) != kFailed;
  ::iconv_close(converter);
  if (!whole) return std::nullopt;
  utf8.resize(utf8.size() - room);
  return utf8;
}

/// nullopt: it is not base64 (RFC 4648, 4). Padding may lack.
std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes += static_cast<char>(bits >> count & 0xFF);
  }
  return bytes;
}

/// The encoding `Q`: as in URLs, with other signs.
std::string decode_q(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (c == '_') escaped += ' ';
    if (c == '=') escaped += '%';
    if (c == '%') escaped += "%25";
    if (c != '_' && c != '=' && c != '%') escaped += c;
  }
  return percent_decode(escaped);
}

struct EncodedWord {
  std::string charset;
  std::string bytes;
};

/// Takes a word off the front of `text`, where `=?` stands. nullopt: it is broken.
std::optional<EncodedWord> take_word(std::string_view& text) {
  const std::size_t charset_end = text.find('?', 2);
  if (charset_end == std::string_view::npos || charset_end + 2 >= text.size() ||
      text[charset_end + 2] != '?') {
    return std::nullopt;
  }
  const std::size_t begin = charset_end + 3;
  const std::size_t end = text.find("?=", begin);
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view charset = text.substr(2, charset_end - 2);
  const std::string_view coded = text.substr(begin, end - begin);
  EncodedWord word{.charset = to_lower(charset.substr(0, charset.find('*'))), .bytes = {}};
  switch (to_lower(text[charset_end + 1])) {
    case 'q': word.bytes = decode_q(coded); break;
    case 'b':
      if (auto bytes = decode_base64(coded)) {
        word.bytes = std::move(*bytes);
        break;
      }
      return std::nullopt;
    default: return std::nullopt;
  }
  text.remove_prefix(end + 2);
  return word;
}

}  // namespace

std::string to_utf8(std::string_view bytes) {
  return is_utf8(bytes) ? std::string(bytes) : from_windows_1252(bytes);
}

std::optional<std::string> decode_charset(std::string_view charset, std::string_view bytes) {
  static constexpr std::string_view kUtf8[] = {"utf-8", "utf8", "us-ascii", "ascii"};
  static constexpr std::string_view kLatin[] = {
      "iso-8859-1", "iso8859-1", "iso_8859-1", "latin1", "latin-1", "windows-1252", "cp1252"};
  const std::string name = to_lower(charset);
  if (std::find(std::begin(kUtf8), std::end(kUtf8), name) != std::end(kUtf8)) {
    return to_utf8(bytes);
  }
  if (std::find(std::begin(kLatin), std::end(kLatin), name) != std::end(kLatin)) {
    return from_windows_1252(bytes);
  }
  const std::string from = converters_name(name);
  return from.empty() ? std::nullopt : convert(from, bytes);
}

bool has_encoded_words(std::string_view text) {
  const std::size_t begin = text.find("=?");
  return begin != std::string_view::npos && text.find("?=", begin + 2) != std::string_view::npos;
}

std::optional<std::string> decode_encoded_words(std::string_view text) {
  std::string decoded;
  EncodedWord pending;  // words of one set: a character may begin in one and end in the next
  const auto flush = [&] {
    const auto readable = decode_charset(pending.charset, std::exchange(pending.bytes, {}));
    if (readable) decoded += *readable;
    return readable.has_value();
  };
  while (!text.empty()) {
    const std::size_t begin = std::min(text.find("=?"), text.size());
    const std::string_view between = text.substr(0, begin);
    const bool joins = !pending.bytes.empty() && begin < text.size() && trimmed(between).empty();
    if (!joins) {
      if (!pending.bytes.empty() && !flush()) return std::nullopt;
      decoded += to_utf8(between);
    }
    text.remove_prefix(begin);
    if (text.empty()) break;
    auto word = take_word(text);
    if (!word) return std::nullopt;
    if (!pending.bytes.empty() && pending.charset != word->charset && !flush()) {
      return std::nullopt;
    }
    pending.charset = std::move(word->charset);
    pending.bytes += word->bytes;
  }
  if (!pending.bytes.empty() && !flush()) return std::nullopt;
  return decoded;
}

}  // namespace fanfetch
