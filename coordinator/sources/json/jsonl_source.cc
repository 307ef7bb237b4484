#include "coordinator/sources/json/jsonl_source.h"

#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {

Result<std::optional<ListedItem>> JsonlSource::next() {
  for (;;) {
    if (rows_.has_next()) return rows_.next();
    const auto line = lines_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    read_line(**line);
  }
}

void JsonlSource::read_line(const Line& line) {
  const std::string_view text = trimmed_link(line.text);
  if (text.empty()) return;
  const auto where = [&] { return fmt::format("line {}", line.number); };
  if (!line.too_long) return rows_.read(text, links_at_, where);
  rows_.refuse(text, fmt::format("{} is over {} KiB long", where(), kMaxLineBytes / 1024));
}

}  // namespace fanfetch
