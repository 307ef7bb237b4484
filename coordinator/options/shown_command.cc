#include "coordinator/options/shown_command.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "common/url_text.h"
#include "coordinator/options/option_table.h"
#include "coordinator/report/summary.h"

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

/// `name`: with its dashes; nullptr: none has it.
const OptionRow* option_named(std::string_view name) {
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

/// The option that `word` gives a value, or the last flag, and how much of the word is names with
/// the `=`; nullptr: there is none. Of letters behind one dash (`-vHx`) the first that takes a
/// value has the rest.
const OptionRow* option_of(std::string_view word, std::size_t& name_size) {
  if (word.starts_with("--")) {
    const std::size_t equals = word.find('=');
    name_size = std::min(equals, word.size());
    const OptionRow* row = option_named(word.substr(0, name_size));
    if (equals != word.npos) ++name_size;
    return row;
  }
  if (!word.starts_with('-')) return nullptr;
  const OptionRow* row = nullptr;
  for (name_size = 1; name_size < word.size();) {
    row = option_named(std::string("-") + word[name_size++]);
    if (row == nullptr || row->value_count() > 0) break;
  }
  return row;
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
    text += ' ' + shell_word(shown);
  }
  if (text.size() < kMostBytes) return text;
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end).append(" ").append(kSecret);
}

}  // namespace fanfetch
