#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "coordinator/report/look.h"

namespace fanfetch {

/// Writes to stderr for people: whole lines, and below them a progress bar that is redrawn in
/// place. Whatever a line holds, it is made printable here (common/utf8.h). Ignores errors: after
/// the first one it writes nothing more. Thread: only the ledger's; a write may block.
class Console {
 public:
  explicit Console(const Look& look = {}) : look_(look) {}

  /// Writes `text` as a line above the bar, with what its look wants before it.
  void line(std::string_view text, Level level = Level::info, When when = When::whenever);
  /// `at`: when what it tells happened.
  void line(const Spans& spans, Level level, When when,
            WallTime at = std::chrono::system_clock::now());
  /// Replaces the bar.
  void bar(const Spans& spans);
  /// Removes the bar.
  void clear_bar();

  /// Columns of the terminal; 80 if that is unknown.
  [[nodiscard]] static unsigned columns();

 private:
  [[nodiscard]] std::string drawn(const Spans& spans) const;
  void write(std::string_view text);

  const Look look_;
  std::string bar_;  // as it was written
  bool broken_ = false;
};

}  // namespace fanfetch
