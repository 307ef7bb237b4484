#include <fmt/format.h>

#include "coordinator/manual/completion_scripts.h"
#include "coordinator/manual/completion_words.h"

namespace fanfetch {
namespace {

using Kind = CompletionValue::Kind;

/// Within single quotes, with zsh's own signs of descriptions escaped.
std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c == '\'') {
      result += "'\\''";
      continue;
    }
    if (c == '[' || c == ']' || c == ':' || c == '\\') result += '\\';
    result += c;
  }
  return result;
}

std::string value_action(const CompletionValue& value) {
  const std::string words = fmt::format("{}", fmt::join(value.words, " "));
  switch (value.kind) {
    case Kind::none: return "";
    case Kind::text: return ":value: ";
    case Kind::file: return ":file:_files";
    case Kind::folder: return ":folder:_files -/";
    case Kind::hosts: return ":host:_fanfetch_hosts";
    case Kind::words:
      return value.list ? fmt::format(":value:_values -s , value {}", words)
                        : fmt::format(":value:({})", words);
  }
  return "";
}

/// For _arguments, one for each name of the option.
std::string option_spec(const CompletionOption& option) {
  const bool flag = option.value.kind == Kind::none;
  std::string names;
  for (const std::string& name : option.names) {
    const bool takes_equals = !flag && name.starts_with("--");
    names += fmt::format("{}{}{}", names.empty() ? "" : ",", name, takes_equals ? "=" : "");
  }
  if (option.names.size() > 1) names = fmt::format("{{{}}}", names);
  return fmt::format("'*'{}'[{}]{}'", names, escaped(option.meaning), value_action(option.value));
}

std::string commands() {
  std::string rows;
  for (const CompletionCommand& command : completion_commands()) {
    if (command.name.empty()) continue;
    rows += fmt::format("    '{}:{}'\n", command.name, escaped(command.meaning));
  }
  return rows;
}

std::string_view words_action(const CompletionCommand& command) {
  if (command.name.empty()) return "'*: :_fanfetch_sources'";
  return command.assignments.empty() ? "'*:folder:_files -/'"
                                     : "'1:folder:_files -/' '*:setting:_fanfetch_assignments'";
}

std::string options() {
  std::string rows;
  for (const CompletionCommand& command : completion_commands()) {
    if (command.options.empty()) continue;
    rows += fmt::format("    {})\n      _arguments -S \\\n",
                        command.name.empty() ? "run" : std::string_view(command.name));
    for (const CompletionOption& option : command.options) {
      rows += fmt::format("        {} \\\n", option_spec(option));
    }
    rows += fmt::format("        {} ;;\n", words_action(command));
  }
  return rows;
}

std::string assignments() {
  std::string lines;
  for (const CompletionCommand& command : completion_commands()) {
    std::vector<std::string> forms = command.assignments;
    std::erase(forms, "host.HOST=");
    if (!forms.empty()) lines += fmt::format("  settings+=({})\n", fmt::join(forms, " "));
  }
  return lines;
}

constexpr TextPart kParts[] = {
    {"zsh-commands", commands}, {"zsh-options", options}, {"zsh-assignments", assignments}};

}  // namespace

std::span<const TextPart> zsh_parts() { return kParts; }

}  // namespace fanfetch
