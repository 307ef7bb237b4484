#include <fmt/format.h>

#include "coordinator/manual/completion_scripts.h"
#include "coordinator/manual/completion_words.h"

namespace fanfetch {
namespace {

using Kind = CompletionValue::Kind;

std::string quoted(std::string_view text) {
  std::string result = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') result += '\\';
    result += c;
  }
  return result + "'";
}

constexpr std::string_view kFolders = "'(__fish_complete_directories (commandline -ct))'";

std::string value_flags(const CompletionValue& value) {
  const std::string words = fmt::format("{}", fmt::join(value.words, " "));
  switch (value.kind) {
    case Kind::none: return "";
    case Kind::text: return " -x";
    case Kind::file: return " -r -F";
    case Kind::folder: return fmt::format(" -x -a {}", kFolders);
    case Kind::hosts: return " -x -a '(__fanfetch_list (__fanfetch_hosts))'";
    case Kind::words:
      return value.list ? fmt::format(" -x -a '(__fanfetch_list {})'", words)
                        : fmt::format(" -x -a '{}'", words);
  }
  return "";
}

std::string name_flags(const CompletionOption& option) {
  std::string flags;
  for (const std::string& name : option.names) {
    const bool is_long = name.starts_with("--");
    flags += fmt::format(" {} {}", is_long ? "-l" : "-s", name.substr(is_long ? 2 : 1));
  }
  return flags;
}

std::string commands() {
  std::vector<std::string> names;
  for (const CompletionCommand& command : completion_commands()) {
    if (!command.name.empty()) names.push_back(command.name);
  }
  return fmt::format("    set -l commands {}\n", fmt::join(names, " "));
}

std::string command_lines(const CompletionCommand& command) {
  const std::string_view name = command.name.empty() ? "run" : std::string_view(command.name);
  const std::string begin = fmt::format("complete -c fanfetch -n '__fanfetch_is {}'", name);
  std::string lines;
  if (!command.name.empty()) {
    lines += fmt::format(
        "complete -c fanfetch -n '__fanfetch_first; or __fanfetch_is help' -a {} -d {}\n",
        command.name, quoted(command.meaning));
    if (!command.options.empty()) lines += fmt::format("{} -f -a {}\n", begin, kFolders);
  }
  for (const CompletionOption& option : command.options) {
    lines += fmt::format("{}{}{} -d {}\n", begin, name_flags(option), value_flags(option.value),
                         quoted(option.meaning));
  }
  for (const std::string& form : command.assignments) {
    lines += form == "host.HOST=" ? fmt::format("{} -a 'host.(__fanfetch_hosts)='\n", begin)
                                  : fmt::format("{} -a {}\n", begin, form);
  }
  return lines;
}

std::string options() {
  std::string lines;
  for (const CompletionCommand& command : completion_commands()) lines += command_lines(command);
  return lines;
}

constexpr TextPart kParts[] = {{"fish-commands", commands}, {"fish-options", options}};

}  // namespace

std::span<const TextPart> fish_parts() { return kParts; }

}  // namespace fanfetch
