#include "coordinator/manual/scdoc_text.h"

#include <fmt/format.h>

#include <algorithm>

namespace fanfetch {
namespace {

std::string underlined(std::string_view text) { return fmt::format("_{}_", scdoc_text(text)); }

}  // namespace

std::string scdoc_text(std::string_view text) {
  static constexpr std::string_view kSigns = "\\*_`#[]|";
  std::string escaped;
  for (const char c : text) {
    if (kSigns.find(c) != std::string_view::npos) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string scdoc_bold(std::string_view text) { return fmt::format("*{}*", scdoc_text(text)); }

OptionForms split_forms(std::string_view left) {
  OptionForms forms;
  if (!left.starts_with('-')) {
    forms.names.emplace_back(left);
    return forms;
  }
  while (left.starts_with('-')) {
    const std::size_t end = std::min(left.find_first_of(", "), left.size());
    forms.names.emplace_back(left.substr(0, end));
    left.remove_prefix(end);
    if (!left.starts_with(',')) break;
    left.remove_prefix(std::min(left.find_first_not_of(", "), left.size()));
  }
  left.remove_prefix(std::min(left.find_first_not_of(' '), left.size()));
  forms.value = left;
  return forms;
}

std::string scdoc_entry(std::string_view left, std::string_view meaning) {
  const OptionForms forms = split_forms(left);
  std::string entry;
  for (const std::string& name : forms.names) {
    entry.append(entry.empty() ? "" : ", ").append(scdoc_bold(name));
  }
  if (!forms.value.empty()) entry.append(" ").append(underlined(forms.value));
  return fmt::format("{}\n\t{}\n\n", entry, scdoc_text(meaning));
}

std::string scdoc_literal(std::string_view lines) {
  return fmt::format("```\n{}{}```\n\n", lines, lines.ends_with('\n') ? "" : "\n");
}

}  // namespace fanfetch
