#include "coordinator/options/shown_command.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/ascii.h"
#include "common/url_text.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

constexpr std::string_view kSecret = "…";
constexpr std::size_t kMostBytes = 4096;

/// `Name: value` of a header: the name alone is none of a secret. A file's name stays.
std::string without_value(std::string_view header) {
  if (header.starts_with('@')) return std::string(header);
  const std::size_t colon = header.find(':');
  if (colon == header.npos) return std::string(kSecret);
  return std::string(header.substr(0, colon + 1)).append(" ").append(kSecret);
}

std::string without_password(std::string_view word) {
  static constexpr std::string_view kMasked = ":***@";
  std::string text = mask_userinfo(word);
  if (const std::size_t at = text.find(kMasked); at != text.npos) {
    text.replace(at + 1, kMasked.size() - 2, kSecret);
  }
  return text;
}

bool is_plain(char c) {
  return (c >= '0' && c <= '9') || (to_lower(c) >= 'a' && to_lower(c) <= 'z') ||
         std::string_view("_@%+=:,./-").find(c) != std::string_view::npos;
}

std::string quoted(std::string_view word) {
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
  std::string text = "'";
  for (const char c : word) c == '\'' ? text += "'\\''" : text += c;
  return text + '\'';
}

/// The option that `word` begins, and how much of the word is its name with the `=`; nullptr: none.
const OptionRow* option_of(std::string_view word, std::size_t& name_size) {
  const bool is_long = word.starts_with("--");
  if (!is_long && (!word.starts_with('-') || word.size() < 2)) return nullptr;
  const std::size_t equals = is_long ? word.find('=') : word.npos;
  name_size = is_long ? std::min(equals, word.size()) : 2;
  const std::string_view name = word.substr(0, name_size);
  if (equals != word.npos) ++name_size;
  for (const OptionRow& row : option_table()) {
    std::string_view names = row.names;
    while (!names.empty()) {
      const std::size_t comma = std::min(names.find(','), names.size());
      if (names.substr(0, comma) == name) return &row;
      names.remove_prefix(std::min(comma + 1, names.size()));
    }
  }
  return nullptr;
}

bool has_header(const OptionRow& row) { return row.value.find("'K: V'") != row.value.npos; }

}  // namespace

std::string shown_command(int argc, const char* const* argv) {
  std::string text = "fanfetch";
  int headers_in = 0;  // words until the value that is a header; 0: it is none of these
  for (int i = 1; i < argc && text.size() < kMostBytes; ++i) {
    const std::string_view word = argv[i];
    std::string shown;
    std::size_t name_size = 0;
    if (headers_in > 0) {
      shown = --headers_in == 0 ? without_value(word) : std::string(word);
    } else if (const OptionRow* row = option_of(word, name_size); row && has_header(*row)) {
      const bool has_value = name_size < word.size() || word.ends_with('=');
      headers_in = row->value_count() - (has_value ? 1 : 0);
      shown = word.substr(0, name_size);
      if (has_value) {
        shown += headers_in == 0 ? without_value(word.substr(name_size))
                                 : std::string(word.substr(name_size));
      }
    } else {
      // Also of `--proxy=http://user:secret@host`.
      shown = std::string(word.substr(0, name_size)) + without_password(word.substr(name_size));
    }
    text += ' ' + quoted(shown);
  }
  if (text.size() < kMostBytes) return text;
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end).append(" ").append(kSecret);
}

}  // namespace fanfetch
