#include "coordinator/process/exit.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "common/utf8.h"
#include "coordinator/process/journal.h"
#include "coordinator/process/shortage.h"
#include "coordinator/process/signals.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {

namespace {

/// Sentences hold what they quote as it came. They have no tabs of their own, so that one would be
/// of a URL or a name.
std::string last_line(std::string_view sentence) {
  std::string text = "fanfetch: ";
  for (const char c : sentence) text += c == '\t' ? std::string("\\t") : std::string(1, c);
  return text + '\n';
}

/// Of an error, in the words of the journal: see sd-daemon(3).
std::string with_priority(std::string_view lines) {
  std::string text;
  bool begins = true;
  for (const char c : lines) {
    if (begins) text += "<3>";
    text += c;
    begins = c == '\n';
  }
  return text;
}

}  // namespace

Exit exit_with(ExitStatus status, std::string_view sentence) {
  if (tells_of_shortage(sentence)) {
    return {kExitUnable, last_line(with_advice_for_shortage(sentence))};
  }
  return {status, last_line(sentence)};
}

int leave(const Exit& exit) {
  const bool good = exit.status == kExitSuccess;
  std::string text = printable_lines(exit.text);
  if (!good && goes_to_journal(STDERR_FILENO)) text = with_priority(text);
  const int error = write_all(good ? STDOUT_FILENO : STDERR_FILENO, text).second;
  if (good && error == EPIPE) die_of(SIGPIPE);
  return good && error != 0 ? kExitOutput : exit.status;
}

}  // namespace fanfetch
