#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// Writes to stderr for people: whole lines, and below them a progress bar that is redrawn in
/// place. Whatever a line holds, it is made printable here (common/utf8.h). Ignores errors: after
/// the first one it writes nothing more. Thread: only the ledger's; a write may block.
class Console {
 public:
  /// Writes `text` as a line above the bar.
  void line(std::string_view text);
  /// Replaces the bar.
  void bar(std::string_view text);
  /// Removes the bar.
  void clear_bar();

  /// Whether stderr is a terminal that can redraw a bar in place.
  [[nodiscard]] static bool can_redraw();
  /// Columns of the terminal; 80 if that is unknown.
  [[nodiscard]] static unsigned columns();

 private:
  void write(std::string_view text);

  std::string bar_;
  bool broken_ = false;
};

}  // namespace fanfetch
