#include "coordinator/pool/stderr_lines.h"

#include <utility>

namespace fanfetch {

void StderrLines::add(std::string_view text, const Say& say) {
  for (const char c : text) {
    if (c == '\n') {
      end_line(say);
    } else if (line_.size() < kMaxLine) {
      line_ += c;
    }
  }
}

void StderrLines::end_line(const Say& say) {
  const std::string line = std::exchange(line_, {});
  if (line.empty() || lines_ > kMostLines) return;
  say(++lines_ <= kMostLines ? line : "it writes ever more: the rest is not shown");
}

void StderrLines::end(const Say& say) {
  end_line(say);
  lines_ = 0;
}

}  // namespace fanfetch
