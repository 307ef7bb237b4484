// fanfetch: the coordinator, the one program that a user launches.

#include <exception>
#include <new>
#include <string_view>

#include "coordinator/commands/command_line.h"
#include "coordinator/commands/run_command.h"
#include "coordinator/options/options.h"
#include "coordinator/options/shown_command.h"
#include "coordinator/process/exit.h"
#include "coordinator/process/process_setup.h"
#include "coordinator/run/launch.h"
#include "coordinator/run/or_exit.h"
#include "coordinator/run/run_sources.h"

namespace fanfetch {
namespace {

Exit run_program(int argc, const char* const* argv, Instant start) {
  if (is_command(argc, argv)) return run_command(argc, argv);
  const bool is_node = argc > 1 && std::string_view(argv[1]) == "node";
  // Before its options, which may be those of the command that was meant.
  if (argc > 1 && !is_node) or_exit(check_no_command(argv[1]), kExitConfiguration);
  auto options =
      is_node ? read_options(argc - 1, argv + 1, FleetRole::node) : read_options(argc, argv);
  if (!options) return std::move(options.error());
  return launch(std::move(*options), {shown_command(argc, argv), shown_options_again(argc, argv)},
                start);
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  using namespace fanfetch;
  const Instant start = std::chrono::steady_clock::now();
  put_process_in_order();
  try {
    return leave(run_program(argc, argv, start));
  } catch (const Exit& exit) {
    return leave(exit);
  } catch (const std::bad_alloc&) {
    return leave(exit_with(kExitUnable, "out of memory"));
  } catch (const std::exception& error) {
    return leave(exit_with(kExitUnable, error.what()));
  }
}
