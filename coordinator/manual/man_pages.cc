#include "coordinator/manual/man_pages.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/error_meaning.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/manual/command_manual.h"
#include "coordinator/manual/scdoc_text.h"
#include "coordinator/options/help_text.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

using Kind = ManualParagraph::Kind;

std::string meaning_of(const OptionRow& row) {
  if (row.default_text.empty()) return std::string(row.meaning);
  return fmt::format("{} (default: {})", row.meaning, row.default_text);
}

std::string heading(std::string_view text) { return fmt::format("## {}\n\n", text); }

/// The options of a run, group by group.
std::string options() {
  std::string text;
  std::string_view group;
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::only) continue;
    if (row.group != group) text += heading(row.group);
    group = row.group;
    std::string left;
    for (const char c : row.names) left += c == ',' ? std::string(", ") : std::string(1, c);
    if (!row.value.empty()) left.append(" ").append(row.value);
    text += scdoc_entry(left, meaning_of(row));
  }
  return text;
}

/// The names that may stand in a configuration file.
std::string settings() {
  std::string text;
  std::string_view group;
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::no) continue;
    if (row.group != group) text += heading(row.group);
    group = row.group;
    const std::string_view value = row.value.empty() ? "true|false" : row.value;
    text += fmt::format("*{}* = _{}_\n\t{}\n\n", scdoc_text(row.long_name()), scdoc_text(value),
                        scdoc_text(meaning_of(row)));
  }
  return text;
}

template <HelpTable table>
std::string entries() {
  std::string text;
  for (const HelpEntry& entry : help_table(table)) text += scdoc_entry(entry.name, entry.text);
  return text;
}

/// What a command does, in half a sentence.
std::string_view summary_of(std::string_view command) {
  const auto rows = help_table(HelpTable::commands);
  const auto row = std::ranges::find(rows, command, &HelpEntry::name);
  return row == rows.end() ? "" : row->text;
}

std::string commands() {
  std::string text;
  for (const CommandDescription& command : describe_commands()) {
    text += fmt::format("*fanfetch-{}*(1)\n\t{}\n\n", command.name,
                        scdoc_text(summary_of(command.name)));
  }
  return text;
}

std::string error_classes() {
  std::string text;
  for (int i = 0; i < kErrorClasses; ++i) {
    const auto error = static_cast<ErrorClass>(i);
    text += scdoc_entry(name(error), meaning(error));
  }
  return text;
}

constexpr TextPart kParts[] = {
    {"options", options},
    {"settings", settings},
    {"commands", commands},
    {"sources", entries<HelpTable::sources>},
    {"values", entries<HelpTable::values>},
    {"environment", entries<HelpTable::environment>},
    {"exit-statuses", entries<HelpTable::statuses>},
    {"error-classes", error_classes},
};

bool holds_options(const ManualParagraph& paragraph) {
  return std::ranges::any_of(paragraph.entries, [](const ManualParagraph::Entry& entry) {
    return entry.left.starts_with('-');
  });
}

std::string paragraph_text(const ManualParagraph& paragraph) {
  switch (paragraph.kind) {
    case Kind::prose: return scdoc_text(paragraph.text) + "\n\n";
    case Kind::literal: return scdoc_literal(paragraph.text);
    case Kind::entries: break;
  }
  std::string text;
  for (const auto& [left, meaning] : paragraph.entries) text += scdoc_entry(left, meaning);
  return text;
}

}  // namespace

std::span<const TextPart> page_parts() { return kParts; }

std::string command_page(std::string_view command) {
  const auto commands = describe_commands();
  const auto row = std::ranges::find(commands, command, &CommandDescription::name);
  const CommandManual manual = read_manual(row->help);
  std::string page = fmt::format("fanfetch-{}(1)\n\n# NAME\n\nfanfetch-{} - {}\n\n# SYNOPSIS\n\n",
                                 command, command, scdoc_text(summary_of(command)));
  for (const std::string& form : manual.synopsis) page += scdoc_bold(form) + "\n\n";
  page += "# DESCRIPTION\n\n";
  std::string options;
  for (const ManualParagraph& paragraph : manual.paragraphs) {
    (holds_options(paragraph) ? options : page) += paragraph_text(paragraph);
  }
  page += "# OPTIONS\n\n" + options;
  page += "# EXIT STATUS\n\n" + scdoc_text(manual.exit_status) + "\n\n";
  return page + "# SEE ALSO\n\n*fanfetch*(1), *fanfetch-guide*(7)\n";
}

}  // namespace fanfetch
