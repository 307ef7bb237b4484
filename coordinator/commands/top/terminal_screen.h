#pragma once

#include <memory>
#include <vector>

#include "common/clock.h"
#include "coordinator/commands/top/top_screen.h"

struct screen;  // of ncurses, whose header defines half the dictionary
using SCREEN = screen;

namespace fanfetch {

/// The terminal, taken over as a whole until this goes: the only user of ncurses. At most one at a
/// time. Thread: always the same.
class TerminalScreen {
 public:
  /// Whether stdin and stdout are a terminal; whether that can show a screen, open() finds out.
  [[nodiscard]] static bool has_terminal();
  /// Null: stdin and stdout are no terminal that can show a screen. REQUIRES: the locale is set.
  [[nodiscard]] static std::unique_ptr<TerminalScreen> open();
  ~TerminalScreen();
  TerminalScreen(const TerminalScreen&) = delete;
  TerminalScreen& operator=(const TerminalScreen&) = delete;

  [[nodiscard]] TopLook look() const;
  void show(const std::vector<TopLine>& lines);
  /// Waits until `when`, a key or a new size of the terminal. Returns the key as TopModel takes it;
  /// 0: none; kNoInput: none will come any more.
  [[nodiscard]] int key_until(Instant when);
  static constexpr int kNoInput = -1;

 private:
  explicit TerminalScreen(SCREEN* screen);

  SCREEN* screen_;
};

}  // namespace fanfetch
