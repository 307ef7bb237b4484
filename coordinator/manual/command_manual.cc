#include "coordinator/manual/command_manual.h"

#include <algorithm>
#include <span>

namespace fanfetch {
namespace {

using Lines = std::vector<std::string_view>;
using Kind = ManualParagraph::Kind;

constexpr std::string_view kUsage = "Usage: ", kExitStatus = "Exit status: ";
constexpr std::size_t kIndent = 2;

Lines lines_of(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

std::size_t indent_of(std::string_view line) {
  return std::min(line.find_first_not_of(' '), line.size());
}

void append_words(std::string& text, std::string_view words) {
  if (!text.empty() && !words.empty()) text += ' ';
  text += words;
}

/// `left  meaning`; without a meaning if it stands in the lines that follow.
ManualParagraph::Entry entry_of(std::string_view line) {
  line.remove_prefix(kIndent);
  const std::size_t gap = std::min(line.find("  "), line.size());
  const std::string_view meaning = line.substr(gap);
  return {std::string(line.substr(0, gap)), std::string(meaning.substr(indent_of(meaning)))};
}

ManualParagraph table_of(std::span<const std::string_view> lines) {
  ManualParagraph table{.kind = Kind::entries, .text = {}, .entries = {}};
  for (const std::string_view line : lines) {
    table.text.append(line.substr(kIndent)).append("\n");
    if (indent_of(line) > kIndent) {
      append_words(table.entries.back().meaning, line.substr(indent_of(line)));
    } else {
      table.entries.push_back(entry_of(line));
    }
  }
  const bool columns = std::ranges::any_of(table.entries, [](const ManualParagraph::Entry& entry) {
    return entry.meaning.find("  ") != std::string::npos;
  });
  if (columns) return {.kind = Kind::literal, .text = std::move(table.text), .entries = {}};
  table.text.clear();
  return table;
}

/// `lines`: what stands between two blank ones.
void add_paragraphs(CommandManual& manual, std::span<const std::string_view> lines) {
  while (!lines.empty()) {
    const bool table = lines[0].starts_with("  ");
    const auto end = std::ranges::find_if(
        lines, [&](std::string_view line) { return line.starts_with("  ") != table; });
    const auto part = lines.first(static_cast<std::size_t>(end - lines.begin()));
    lines = lines.subspan(part.size());
    if (table) {
      manual.paragraphs.push_back(table_of(part));
      continue;
    }
    std::string text;
    for (const std::string_view line : part) append_words(text, line);
    if (text.starts_with(kExitStatus)) {
      manual.exit_status = text.substr(kExitStatus.size());
    } else {
      manual.paragraphs.push_back({.kind = Kind::prose, .text = std::move(text), .entries = {}});
    }
  }
}

}  // namespace

CommandManual read_manual(std::string_view help) {
  CommandManual manual;
  const Lines all = lines_of(help);
  std::span<const std::string_view> lines = all;
  if (!lines.empty() && lines[0].starts_with(kUsage)) {
    manual.synopsis.emplace_back(lines[0].substr(kUsage.size()));
    lines = lines.subspan(1);
    // More forms stand below the first one's.
    while (!lines.empty() && indent_of(lines[0]) == kUsage.size()) {
      manual.synopsis.emplace_back(lines[0].substr(kUsage.size()));
      lines = lines.subspan(1);
    }
  }
  while (!lines.empty()) {
    const auto blank = std::ranges::find(lines, std::string_view());
    const auto count = static_cast<std::size_t>(blank - lines.begin());
    add_paragraphs(manual, lines.first(count));
    lines = lines.subspan(std::min(count + 1, lines.size()));
  }
  return manual;
}

}  // namespace fanfetch
