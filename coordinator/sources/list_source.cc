#include "coordinator/sources/list_source.h"

#include <string_view>

#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
Result<std::optional<ListedItem>> ListSource::next() {
  for (;;) {
    const auto line = lines_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    const std::string_view text = trimmed_link((*line)->text);
    if (text.starts_with('#')) continue;

    ListedItem item;
    if ((*line)->too_long) {
      item.problem = fmt::format("its line is over {} KiB long", LineReader::kMaxLineBytes / 1024);
    } else if (text.empty()) {
      continue;
    } else if (text.find('\0') != std::string_view::npos) {
      item.problem = "its line has a NUL byte";
    }
    item.url = item.problem.empty() ? std::string(text) : shown_link(text);
    return item;
  }
}

}  // namespace fanfetch
