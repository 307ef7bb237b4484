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

bool has_header(const OptionRow& row) { return row.value.find("'K: V'") != row.value.npos; }

/// What the beginning of a word is about.
struct NamedOption {
  const OptionRow* row =
      nullptr;                ///< Takes the value, or is the last flag; nullptr: there is none.
  std::size_t name_size = 0;  ///< Of the word, names with the `=`.
  bool again = false;         ///< One of the options is needed again.
};

/// Of letters behind one dash (`-vHx`) the first that takes a value has the rest.
NamedOption option_of(std::string_view word) {
  NamedOption option;
  if (word.starts_with("--")) {
    const std::size_t equals = word.find('=');
    option.name_size = std::min(equals, word.size());
    option.row = option_named(word.substr(0, option.name_size));
    option.again = option.row != nullptr && is_needed_again(*option.row);
    if (equals != word.npos) ++option.name_size;
    return option;
  }
  if (!word.starts_with('-')) return option;
  for (option.name_size = 1; option.name_size < word.size();) {
    option.row = option_named(std::string("-") + word[option.name_size++]);
    option.again = option.again || (option.row != nullptr && is_needed_again(*option.row));
    if (option.row == nullptr || option.row->value_count() > 0) break;
  }
  return option;
}

struct ShownWord {
  std::string text;
  bool again;  ///< Of an option that is needed again.
};

/// Takes one word after the other: what follows an option may be its value.
class WordShower {
 public:
  [[nodiscard]] ShownWord show(std::string_view word) {
    if (values_left_ > 0) return {value(word, --values_left_), again_};
    const NamedOption option = is_over_ ? NamedOption() : option_of(word);
    is_over_ = is_over_ || word == "--";
    const std::size_t size = option.row != nullptr ? option.name_size : 0;
    again_ = option.again;
    header_ = option.row != nullptr && has_header(*option.row);
    values_left_ = option.row != nullptr ? option.row->value_count() : 0;
    // Also of `--proxy=http://user:secret@host`.
    const bool has_value = size < word.size() || word.ends_with('=');
    std::string text(word.substr(0, size));
    if (has_value && values_left_ > 0) {
      text += value(word.substr(size), --values_left_);
    } else {
      text += without_password(word.substr(size));
    }
    return {std::move(text), again_};
  }

 private:
  /// `behind`: values of the option that come after it.
  [[nodiscard]] std::string value(std::string_view word, int behind) const {
    return header_ && behind == 0 ? without_value(word) : without_password(word);
  }

  int values_left_ = 0;
  bool header_ = false;   // the last value is one
  bool again_ = false;    // of the last option
  bool is_over_ = false;  // sources alone follow
};

/// Cut where it is longer than anybody reads.
std::string bounded(std::string text) {
  if (text.size() < kMostBytes) return text;
  std::size_t end = kMostBytes;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end).append(" ").append(kSecret);
}

}  // namespace

std::string shown_command(int argc, const char* const* argv) {
  std::string text = "fanfetch";
  WordShower shower;
  for (int i = 1; i < argc && text.size() < kMostBytes; ++i) {
    text += ' ' + shell_word(shower.show(argv[i]).text);
  }
  return bounded(std::move(text));
}

std::string shown_options_again(int argc, const char* const* argv) {
  std::string text;
  WordShower shower;
  for (int i = 1; i < argc && text.size() < kMostBytes; ++i) {
    const ShownWord word = shower.show(argv[i]);
    if (word.again) text += ' ' + shell_word(word.text);
  }
  return bounded(std::move(text));
}

}  // namespace fanfetch
