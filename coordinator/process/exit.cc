#include "coordinator/process/exit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "common/utf8.h"
#include "coordinator/process/shortage.h"
#include "coordinator/process/signals.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {

Exit exit_with(ExitStatus status, std::string_view sentence) {
  if (tells_of_shortage(sentence)) {
    return {kExitUnable, fmt::format("fanfetch: {}\n", with_advice_for_shortage(sentence))};
  }
  return {status, fmt::format("fanfetch: {}\n", sentence)};
}

int leave(const Exit& exit) {
  const bool good = exit.status == kExitSuccess;
  const int error =
      write_all(good ? STDOUT_FILENO : STDERR_FILENO, printable_lines(exit.text)).second;
  if (good && error == EPIPE) die_of(SIGPIPE);
  return good && error != 0 ? kExitOutput : exit.status;
}

}  // namespace fanfetch
