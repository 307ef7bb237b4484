#include "coordinator/commands/top/terminal_screen.h"

#define NCURSES_NOMACROS  // std::move is no macro
#include <curses.h>
#include <langinfo.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace fanfetch {
namespace {

enum Pair : short { kGood = 1, kBad, kWarning };

attr_t attribute(TopStyle style) {
  switch (style) {
    case TopStyle::plain: return A_NORMAL;
    case TopStyle::heading: return A_REVERSE;
    case TopStyle::strong: return A_BOLD;
    case TopStyle::faint: return A_DIM;
    case TopStyle::good: return static_cast<attr_t>(COLOR_PAIR(kGood));
    case TopStyle::bad: return static_cast<attr_t>(COLOR_PAIR(kBad));
    case TopStyle::warning: break;
  }
  return static_cast<attr_t>(COLOR_PAIR(kWarning));
}

/// What tigetstr() has for what is no capability of strings.
const char* no_capability() { return reinterpret_cast<const char*>(-1); }

}  // namespace

bool TerminalScreen::has_terminal() {
  return ::isatty(STDIN_FILENO) != 0 && ::isatty(STDOUT_FILENO) != 0;
}

std::unique_ptr<TerminalScreen> TerminalScreen::open() {
  if (!has_terminal()) return nullptr;
  SCREEN* const screen = ::newterm(nullptr, stdout, stdin);  // null: TERM cannot do it
  if (screen == nullptr) return nullptr;
  const char* const moves = ::tigetstr("cup");
  if (moves == nullptr || moves == no_capability()) {
    ::endwin();
    ::delscreen(screen);
    return nullptr;
  }
  return std::unique_ptr<TerminalScreen>(new TerminalScreen(screen));
}

TerminalScreen::TerminalScreen(SCREEN* screen) : screen_(screen) {
  ::set_escdelay(50);  // milliseconds, in which the rest of a key that begins with ESC comes
  ::cbreak();
  ::noecho();
  ::nonl();
  ::keypad(stdscr, TRUE);
  ::nodelay(stdscr, TRUE);
  ::curs_set(0);
  const char* const no_color = std::getenv("NO_COLOR");
  if ((no_color == nullptr || *no_color == '\0') && ::has_colors()) {
    ::start_color();
    ::use_default_colors();
    ::init_pair(kGood, COLOR_GREEN, -1);
    ::init_pair(kBad, COLOR_RED, -1);
    ::init_pair(kWarning, COLOR_YELLOW, -1);
  }
}

TerminalScreen::~TerminalScreen() {
  ::endwin();
  ::delscreen(screen_);
}

TopLook TerminalScreen::look() const {
  return {.rows = static_cast<std::size_t>(LINES),
          .columns = static_cast<std::size_t>(COLS),
          .unicode = std::string_view(::nl_langinfo(CODESET)) == "UTF-8"};
}

void TerminalScreen::show(const std::vector<TopLine>& lines) {
  ::erase();
  int row = 0;
  for (const TopLine& line : lines) {
    ::move(row++, 0);
    for (const TopSpan& span : line) {
      ::attrset(static_cast<int>(attribute(span.style)));
      ::addstr(span.text.c_str());
    }
  }
  ::attrset(A_NORMAL);
  ::refresh();
}

int TerminalScreen::key_until(Instant when) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(when - std::chrono::steady_clock::now());
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  const bool is_readable =
      ::poll(&input, 1, static_cast<int>(std::max<std::int64_t>(left.count(), 0))) > 0;
  const int key = ::getch();
  switch (key) {
    case ERR: return is_readable ? kNoInput : 0;
    case KEY_RESIZE: return 0;
    case KEY_ENTER:
    case '\r': return top_key::kEnter;
    case KEY_BACKSPACE:
    case '\b': return top_key::kBackspace;
    default: return key;
  }
}

}  // namespace fanfetch
