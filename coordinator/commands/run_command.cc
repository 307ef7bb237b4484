#include "coordinator/commands/run_command.h"

#include <cerrno>
#include <csignal>

#include "coordinator/commands/command_line.h"
#include "coordinator/commands/export.h"
#include "coordinator/commands/status.h"
#include "coordinator/commands/verify.h"
#include "coordinator/process/exit_status.h"
#include "coordinator/process/signals.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

int run(const StatusArguments& arguments) { return run_status(arguments); }
int run(const VerifyArguments& arguments) { return run_verify(arguments); }
int run(const ExportArguments& arguments) { return run_export(arguments); }

}  // namespace

bool is_command(int argc, const char* const* argv) { return argc > 1 && is_command_name(argv[1]); }

int run_command(int argc, const char* const* argv) {
  const auto command = read_command(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (command) return std::visit([](const auto& arguments) { return run(arguments); }, *command);
  const auto& [status, text] = command.error();
  const int error = write_all(status == 0 ? STDOUT_FILENO : STDERR_FILENO, text).second;
  if (status == 0 && error == EPIPE) die_of(SIGPIPE);
  return status == 0 && error != 0 ? kExitOutput : status;
}

}  // namespace fanfetch
