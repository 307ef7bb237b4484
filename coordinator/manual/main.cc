// fanfetch-manual: prints what is installed beside fanfetch and comes from its tables. Part of the
// build, not installed.
//   fanfetch-manual commands        the names of all commands that look at a folder
//   fanfetch-manual page COMMAND    the page of one of them, in scdoc(5)
//   fanfetch-manual fill FILE       FILE with its lines @NAME@ filled in

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <span>
#include <string_view>
#include <vector>

#include "coordinator/commands/command_line.h"
#include "coordinator/manual/completion_scripts.h"
#include "coordinator/manual/man_pages.h"

namespace fanfetch {
namespace {

Result<std::string> filled(const char* path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file || text.empty()) return fail("cannot read '{}'", path);
  std::vector<TextPart> parts;
  for (const auto some : {page_parts(), bash_parts(), zsh_parts(), fish_parts()}) {
    parts.insert(parts.end(), some.begin(), some.end());
  }
  return fill_in(text, parts);
}

Result<std::string> names_of_commands() {
  std::string names;
  for (const CommandDescription& command : describe_commands()) {
    names.append(command.name).append("\n");
  }
  return names;
}

Result<std::string> page_of(std::string_view command) {
  const auto commands = describe_commands();
  if (std::ranges::find(commands, command, &CommandDescription::name) == commands.end()) {
    return fail("there is no command '{}'", command);
  }
  return command_page(command);
}

Result<std::string> text_for(std::span<char* const> words) {
  const std::string_view what = words.empty() ? "" : words[0];
  if (what == "commands" && words.size() == 1) return names_of_commands();
  if (what == "page" && words.size() == 2) return page_of(words[1]);
  if (what == "fill" && words.size() == 2) return filled(words[1]);
  return fail("usage: fanfetch-manual commands|page COMMAND|fill FILE");
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  const auto text = fanfetch::text_for({argv + 1, static_cast<std::size_t>(std::max(argc - 1, 0))});
  if (!text) {
    fmt::print(stderr, "fanfetch-manual: {}\n", text.error().message);
    return 2;
  }
  fmt::print("{}", *text);
  return std::fflush(stdout) == 0 ? 0 : 1;
}
