#include "coordinator/report/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdlib>

#include "common/utf8.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

/// Goes to the first column and erases to the end of the line (ECMA-48).
constexpr std::string_view kClearLine = "\r\x1b[K";
/// Room for the longest file name, and more than anybody reads.
constexpr std::size_t kMostLineBytes = 8192;

}  // namespace

void Console::line(std::string_view text) {
  std::string out;
  if (!bar_.empty()) out += kClearLine;
  out += printable(text, kMostLineBytes);
  out += '\n';
  out += bar_;
  write(out);
}

void Console::bar(std::string_view text) {
  bar_ = printable(text, kMostLineBytes);
  write(std::string(kClearLine) + bar_);
}

void Console::clear_bar() {
  if (bar_.empty()) return;
  bar_.clear();
  write(kClearLine);
}

bool Console::can_redraw() {
  const char* terminal = std::getenv("TERM");
  return terminal != nullptr && std::string_view(terminal) != "dumb" &&
         ::isatty(STDERR_FILENO) == 1;
}

unsigned Console::columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

void Console::write(std::string_view text) {
  // A full disk or a closed pipe must not fail any link.
  if (!broken_) broken_ = write_all(STDERR_FILENO, text).second != 0;
}

}  // namespace fanfetch
