#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// stderr, for people: whole lines, and below them a bar that is redrawn in place. Carries on
/// silently when nobody listens any more. Thread: the ledger's alone; a write may block.
class Console {
 public:
  /// Writes `text` as a line of its own, above the bar.
  void line(std::string_view text);
  /// Draws the bar anew.
  void bar(std::string text);
  /// Takes the bar away.
  void clear_bar();

  /// Whether stderr is a terminal that can redraw a bar in place.
  [[nodiscard]] static bool can_redraw();
  /// Columns of the terminal; 80 where that cannot be told.
  [[nodiscard]] static unsigned columns();

 private:
  void write(std::string_view text);

  std::string bar_;
  bool broken_ = false;
};

}  // namespace fanfetch
