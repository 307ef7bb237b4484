#include "coordinator/report/console.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>

#include "common/utf8.h"
#include "coordinator/process/write_all.h"

namespace fanfetch {
namespace {

/// Goes to the first column and erases to the end of the line (ECMA-48).
constexpr std::string_view kClearLine = "\r\x1b[K";
/// Room for the longest file name, and more than anybody reads.
constexpr std::size_t kMostLineBytes = 8192;

/// Colours that are readable on a dark ground and on a light one (ECMA-48's first eight).
std::string_view colour_of(Ink ink) {
  switch (ink) {
    case Ink::none: break;
    case Ink::good: return "\x1b[32m";
    case Ink::bad: return "\x1b[31m";
    case Ink::waits: return "\x1b[33m";
  }
  return "";
}
constexpr std::string_view kUsualColour = "\x1b[0m";

}  // namespace

void Console::line(std::string_view text, Level level, When when) {
  line(Spans{{std::string(text)}}, level, when);
}

void Console::line(const Spans& spans, Level level, When when, WallTime at) {
  std::string out;
  if (!bar_.empty()) out += kClearLine;
  out += stamp(look_.stamp, level, when, at);
  out += drawn(spans);
  out += '\n';
  out += bar_;
  write(out);
}

void Console::bar(const Spans& spans) {
  bar_ = drawn(spans);
  write(std::string(kClearLine) + bar_);
}

void Console::clear_bar() {
  if (bar_.empty()) return;
  bar_.clear();
  write(kClearLine);
}

/// Only colours stand between what was made printable.
std::string Console::drawn(const Spans& spans) const {
  std::string out;
  std::size_t room = kMostLineBytes;
  for (const Span& span : spans) {
    if (room == 0) break;
    const std::string text = printable(span.text, room);
    room -= std::min(room, text.size());
    const std::string_view colour = look_.colour ? colour_of(span.ink) : "";
    out += colour;
    out += text;
    if (!colour.empty()) out += kUsualColour;
  }
  return out;
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
