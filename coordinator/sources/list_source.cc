#include "coordinator/sources/list_source.h"

#include <string_view>

namespace fanfetch {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

}  // namespace

Result<std::optional<ListedItem>> ListSource::next() {
  for (;;) {
    const auto line = lines_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    const std::string_view text = trim((*line)->text);
    if (text.starts_with('#')) continue;

    ListedItem item;
    if ((*line)->too_long) {
      item.problem = fmt::format("its line is over {} KiB long", LineReader::kMaxLineBytes / 1024);
    } else if (text.empty()) {
      continue;
    } else if (text.find('\0') != std::string_view::npos) {
      item.problem = "its line has a NUL byte";
    }
    item.url = item.problem.empty() ? text : text.substr(0, LineReader::kShownBytes);
    return item;
  }
}

}  // namespace fanfetch
