#include "coordinator/commands/run_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "coordinator/commands/command_line.h"
#include "coordinator/commands/export.h"
#include "coordinator/commands/folder/default_folder.h"
#include "coordinator/commands/live/steer.h"
#include "coordinator/commands/report/report.h"
#include "coordinator/commands/status.h"
#include "coordinator/commands/top/top.h"
#include "coordinator/commands/verify.h"
#include "coordinator/process/own_program.h"

namespace fanfetch {
namespace {

Exit run(const StatusArguments& arguments) { return run_status(arguments); }
Exit run(const VerifyArguments& arguments) { return run_verify(arguments); }
Exit run(const ExportArguments& arguments) { return run_export(arguments); }
Exit run(const ReportArguments& arguments) { return run_report(arguments); }
Exit run(const SteerArguments& arguments) { return run_steer(arguments); }
Exit run(const TopArguments& arguments) { return run_top(arguments); }

/// The program's name and all words for it, with the folder that was found for them. An option that
/// they give themselves comes behind, and wins.
std::vector<std::string> with_folder(std::span<const char* const> given,
                                     const std::optional<FolderArguments>& found) {
  std::vector<std::string> words(given.begin(), given.begin() + 2);  // fanfetch web
  if (found && !found->ledger.empty()) words.push_back("--ledger=" + found->ledger);
  if (found) words.push_back(found->output.starts_with('-') ? "./" + found->output : found->output);
  words.insert(words.end(), given.begin() + 2, given.end());
  return words;
}

/// Becomes fanfetch-web, which reads the same words.
Exit become_web(std::vector<std::string> words) {
  const auto program = own_program("fanfetch-web", "fanfetch-web");
  if (!program) return exit_with(kExitUnable, program.error().message);
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program->c_str(), argv.data());
  return exit_with(kExitUnable, fmt::format("cannot start {}: {}", *program, errno_text(errno)));
}

}  // namespace

bool is_command(int argc, const char* const* argv) { return argc > 1 && is_command_name(argv[1]); }

Exit run_command(int argc, const char* const* argv) {
  const std::span words(argv, static_cast<std::size_t>(argc));
  std::optional<FolderArguments> found;
  const auto command = read_command(words.subspan(1), [&found] {
    auto folder = default_folder();
    if (folder) found = *folder;
    return folder;
  });
  if (!command) return command.error();
  return std::visit(
      [&](const auto& arguments) -> Exit {
        if constexpr (std::is_same_v<decltype(arguments), const WebArguments&>) {
          return become_web(with_folder(words, found));
        } else {
          return run(arguments);
        }
      },
      *command);
}

}  // namespace fanfetch
