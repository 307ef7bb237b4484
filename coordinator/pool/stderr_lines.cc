#include "coordinator/pool/stderr_lines.h"

#include <utility>

namespace fanfetch {

void StderrLines::add(std::string_view text, const Say& say) {
  for (const char c : text) {
    if (c == '\n') {
      end(say);
    } else if (line_.size() < kMaxLine) {
      line_ += c;
    }
  }
}

void StderrLines::end(const Say& say) {
  if (!line_.empty()) say(std::exchange(line_, {}));
}

}  // namespace fanfetch
