#include "coordinator/manual/completion_words.h"

#include <algorithm>

#include "common/outcome.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/manual/command_manual.h"
#include "coordinator/manual/scdoc_text.h"
#include "coordinator/options/help_text.h"
#include "coordinator/options/option_table.h"

namespace fanfetch {
namespace {

using Kind = CompletionValue::Kind;

std::vector<std::string> split(std::string_view text, std::string_view between) {
  std::vector<std::string> pieces;
  for (;;) {
    const std::size_t end = text.find(between);
    pieces.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return pieces;
    text.remove_prefix(end + between.size());
  }
}

/// Something to type as it stands, such as `auto` or `5xx`; N and NAME are not.
bool is_word(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
}

CompletionCommand run() {
  CompletionCommand run;
  for (const OptionRow& row : option_table()) {
    if (row.in_config == InConfig::only) continue;
    run.options.push_back({split(row.names, ","), read_value(row.value), std::string(row.meaning)});
  }
  return run;
}

void add_entry(CompletionCommand& command, const ManualParagraph::Entry& entry) {
  if (entry.left.starts_with('-')) {
    OptionForms forms = split_forms(entry.left);
    command.options.push_back({std::move(forms.names), read_value(forms.value), entry.meaning});
    return;
  }
  for (const std::string& form : split(entry.left, ", ")) {
    const std::size_t sign = form.find('=');
    if (sign != std::string::npos) command.assignments.push_back(form.substr(0, sign + 1));
  }
}

std::string summary_of(std::string_view command) {
  for (const HelpEntry& entry : help_table(HelpTable::commands)) {
    if (entry.name == command) return std::string(entry.text);
  }
  return {};
}

}  // namespace

CompletionValue read_value(std::string_view value) {
  static constexpr std::string_view kMore = ",...";
  if (value.empty()) return {};
  CompletionValue read{.kind = Kind::text, .list = false, .words = {}};
  if (value.starts_with("FILE")) read.kind = Kind::file;
  if (value.starts_with("DIR")) read.kind = Kind::folder;
  if (read.kind != Kind::text) return read;
  for (std::string piece : split(value, "|")) {
    if (piece.ends_with(kMore)) {
      piece.erase(piece.size() - kMore.size());
      read.list = true;
    }
    piece.erase(std::min(piece.find('['), piece.size()));  // auto[:MAX]
    if (piece == "HOST") read.kind = Kind::hosts;
    if (piece == "CLASS") {
      for (int i = 0; i < kErrorClasses; ++i) {
        read.words.emplace_back(name(static_cast<ErrorClass>(i)));
      }
    }
    if (is_word(piece)) read.words.push_back(std::move(piece));
  }
  if (!read.words.empty()) read.kind = Kind::words;
  return read;
}

std::vector<CompletionCommand> completion_commands() {
  std::vector<CompletionCommand> commands{run()};
  for (const CommandDescription& description : describe_commands()) {
    CompletionCommand command{std::string(description.name), summary_of(description.name), {}, {}};
    for (const ManualParagraph& paragraph : read_manual(description.help).paragraphs) {
      for (const ManualParagraph::Entry& entry : paragraph.entries) add_entry(command, entry);
    }
    commands.push_back(std::move(command));
  }
  for (const std::string_view name : command_names()) {
    const auto known = std::ranges::find(commands, name, &CompletionCommand::name);
    if (known == commands.end()) {
      commands.push_back({std::string(name), summary_of(name), {}, {}});
    }
  }
  return commands;
}

}  // namespace fanfetch
