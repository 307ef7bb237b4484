#include "coordinator/manual/filled_text.h"

#include <algorithm>

namespace fanfetch {

Result<std::string> fill_in(std::string_view text, std::span<const TextPart> parts) {
  std::string filled;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.size() < 3 || !line.starts_with('@') || !line.ends_with('@')) {
      filled.append(line).append("\n");
      continue;
    }
    const std::string_view name = line.substr(1, line.size() - 2);
    const auto part = std::ranges::find(parts, name, &TextPart::name);
    if (part == parts.end()) return fail("there is no part '{}' to fill in", name);
    filled += part->make();
  }
  return filled;
}

}  // namespace fanfetch
