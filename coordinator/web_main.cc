// fanfetch-web: the dashboard, which `fanfetch web` becomes. A program of its own, so that no run
// loads cpp-httplib and what that needs.

#include <exception>
#include <new>
#include <span>

#include "coordinator/commands/arguments/find_folders.h"
#include "coordinator/commands/command_line.h"
#include "coordinator/commands/folder/default_folder.h"
#include "coordinator/commands/web/web.h"
#include "coordinator/process/exit.h"
#include "coordinator/process/process_setup.h"

namespace fanfetch {
namespace {

Exit show(int argc, const char* const* argv) {
  const std::span words(argv, static_cast<std::size_t>(argc));
  if (words.size() < 2 || std::string_view(words[1]) != "web") {
    return exit_with(kExitConfiguration, "this program is started by fanfetch web");
  }
  auto command = read_command(words.subspan(1), default_folder);
  if (!command) return command.error();
  if (auto found = find_folders(*command); !found) return found.error();
  return run_web(std::get<WebArguments>(*command));
}

}  // namespace
}  // namespace fanfetch

int main(int argc, char** argv) {
  using namespace fanfetch;
  put_process_in_order();
  try {
    return leave(show(argc, argv));
  } catch (const std::bad_alloc&) {
    return leave(exit_with(kExitUnable, "out of memory"));
  } catch (const std::exception& error) {
    return leave(exit_with(kExitUnable, error.what()));
  }
}
