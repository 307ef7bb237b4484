#include <fmt/format.h>

#include "coordinator/manual/completion_scripts.h"
#include "coordinator/manual/completion_words.h"

namespace fanfetch {
namespace {

using Kind = CompletionValue::Kind;

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, " "));
}

/// As the script's _fanfetch_value() has it.
std::string value_text(const CompletionValue& value) {
  const std::string_view list = value.list ? "list " : "";
  switch (value.kind) {
    case Kind::none: return "";
    case Kind::text: return "text";
    case Kind::file: return "file";
    case Kind::folder: return "folder";
    case Kind::hosts: return fmt::format("{}hosts", list);
    case Kind::words: return fmt::format("{}words {}", list, joined(value.words));
  }
  return "";
}

std::string commands() {
  std::vector<std::string> names;
  for (const CompletionCommand& command : completion_commands()) {
    if (!command.name.empty()) names.push_back(command.name);
  }
  return fmt::format("  commands=\"{}\"\n", joined(names));
}

std::string options() {
  std::string rows;
  for (const CompletionCommand& command : completion_commands()) {
    std::vector<std::string> names;
    for (const CompletionOption& option : command.options) {
      names.insert(names.end(), option.names.begin(), option.names.end());
    }
    const std::string_view name = command.name.empty() ? "''" : std::string_view(command.name);
    rows += fmt::format("    {}) echo \"{}\" ;;\n", name, joined(names));
  }
  return rows;
}

std::string values() {
  std::string rows;
  for (const CompletionCommand& command : completion_commands()) {
    for (const CompletionOption& option : command.options) {
      const std::string value = value_text(option.value);
      if (value.empty()) continue;
      std::string forms;
      for (const std::string& name : option.names) {
        forms += fmt::format("{}{}:{}", forms.empty() ? "" : " | ", command.name, name);
      }
      rows += fmt::format("    {}) echo \"{}\" ;;\n", forms, value);
    }
  }
  return rows;
}

std::string assignments() {
  std::string lines;
  for (const CompletionCommand& command : completion_commands()) {
    if (command.assignments.empty()) continue;
    std::vector<std::string> forms = command.assignments;
    for (std::string& form : forms) {
      if (form == "host.HOST=") form = "host.";
    }
    lines += fmt::format("    _fanfetch_reply -W \"{}\" -- \"$cur\"\n", joined(forms));
  }
  return lines;
}

constexpr TextPart kParts[] = {{"bash-commands", commands},
                               {"bash-options", options},
                               {"bash-values", values},
                               {"bash-assignments", assignments}};

}  // namespace

std::span<const TextPart> bash_parts() { return kParts; }

}  // namespace fanfetch
