#include "coordinator/options/unknown_option.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <vector>

#include "common/ascii.h"
#include "coordinator/options/closest_words.h"
#include "coordinator/options/option_table.h"
#include "coordinator/options/rival_options.h"

namespace fanfetch {
namespace {

/// As the tables write names: `url_list` is `url-list`.
std::string with_hyphens(std::string_view name) {
  std::string plain(name);
  std::ranges::replace(plain, '_', '-');
  return plain;
}

/// What a rival's option of that name is here, with a hint in front of it; else the options of ours
/// that are close, each with `dashes`; else nothing.
std::string advice(std::string_view name, std::span<const std::string_view> ours,
                   std::string_view dashes) {
  const std::string plain = with_hyphens(name);
  auto answer = rival_answer(rival_options(), plain);
  if (answer.empty() && plain.size() > 1) {
    answer = rival_answer(rival_options(), to_lower(plain));
  }
  if (!answer.empty()) return fmt::format("; {}", answer);
  const auto close = closest_words(plain, ours);
  if (close.empty()) return "";
  return fmt::format("; did you mean {}?", alternatives(close, dashes));
}

/// Whether `-i,--input-file` has `letter` as its short form.
bool has_short_name(const OptionRow& row, std::string_view letter) {
  return letter.size() == 1 && row.names.size() > 2 && row.names[0] == '-' &&
         row.names.find(fmt::format("-{},", letter)) != std::string_view::npos;
}

}  // namespace

std::string unknown_option(std::string_view word) {
  const std::string_view shown = word.substr(0, word.find('='));
  const std::size_t dashes = std::min(shown.find_first_not_of('-'), shown.size());
  const std::string_view name = shown.substr(dashes);
  std::vector<std::string_view> ours;
  for (const OptionRow& row : option_table()) {
    if (row.in_config != InConfig::only) ours.push_back(row.long_name());
  }
  std::string text = fmt::format("{} is not an option", shown);
  if (dashes != 1) return text + advice(name, ours, "--");
  // A short one, or several, or one with its value: -nv, -x16.
  auto answer = rival_answer(rival_options(), name);
  if (answer.empty()) answer = rival_answer(rival_options(), name.substr(0, 1));
  if (!answer.empty()) return fmt::format("{}; {}", text, answer);
  return text;
}

std::string unknown_setting(std::string_view name) {
  std::vector<std::string_view> ours;
  std::vector<std::string_view> meant;
  const std::string_view bare = name.substr(std::min(name.find_first_not_of('-'), name.size()));
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::no) continue;
    ours.push_back(row.long_name());
    if (row.long_name() == bare || has_short_name(row, bare)) meant.push_back(row.long_name());
  }
  const std::string text = fmt::format("'{}' is not an option", name);
  if (meant.empty()) return text + advice(name, ours, "");
  return fmt::format("{}; did you mean {}?", text, alternatives(meant, ""));
}

}  // namespace fanfetch
