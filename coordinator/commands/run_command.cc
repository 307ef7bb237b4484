#include "coordinator/commands/run_command.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <type_traits>

#include "coordinator/commands/arguments/find_folders.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/commands/export.h"
#include "coordinator/commands/fleet/fleet_status.h"
#include "coordinator/commands/folder/default_folder.h"
#include "coordinator/commands/live/steer.h"
#include "coordinator/commands/report/report.h"
#include "coordinator/commands/status.h"
#include "coordinator/commands/top/fleet_top.h"
#include "coordinator/commands/top/top.h"
#include "coordinator/commands/verify.h"
#include "coordinator/process/own_program.h"

namespace fanfetch {
namespace {

Exit run(const StatusArguments& arguments) { return run_status(arguments); }
Exit run(const FleetStatusArguments& arguments) { return run_fleet_status(arguments); }
Exit run(const VerifyArguments& arguments) { return run_verify(arguments); }
Exit run(const ExportArguments& arguments) { return run_export(arguments); }
Exit run(const ReportArguments& arguments) { return run_report(arguments); }
Exit run(const SteerArguments& arguments) { return run_steer(arguments); }
Exit run(const FleetTopArguments& arguments) { return run_fleet_top(arguments); }
Exit run(const TopArguments& arguments) { return run_top(arguments); }

/// Becomes fanfetch-web, which reads the same words.
Exit become_web(const char* const* argv) {
  const auto program = own_program("fanfetch-web", "fanfetch-web");
  if (!program) return exit_with(kExitUnable, program.error().message);
  ::execv(program->c_str(), const_cast<char* const*>(argv));  // which does not write to them
  return exit_with(kExitUnable, fmt::format("cannot start {}: {}", *program, errno_text(errno)));
}

}  // namespace

bool is_command(int argc, const char* const* argv) { return argc > 1 && is_command_name(argv[1]); }

Exit run_command(int argc, const char* const* argv) {
  auto command =
      read_command(std::span(argv, static_cast<std::size_t>(argc)).subspan(1), default_folder);
  if (!command) return command.error();
  if (auto found = find_folders(*command); !found) return found.error();
  return std::visit(
      [argv](const auto& arguments) -> Exit {
        if constexpr (std::is_same_v<decltype(arguments), const WebArguments&>) {
          return become_web(argv);
        } else {
          return run(arguments);
        }
      },
      *command);
}

}  // namespace fanfetch
