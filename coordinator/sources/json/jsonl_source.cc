#include "coordinator/sources/json/jsonl_source.h"

#include <utility>

#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/entry/row_columns.h"

namespace fanfetch {

Result<std::optional<ListedItem>> JsonlSource::next() {
  while (next_item_ == items_.size()) {
    items_.clear();
    next_item_ = 0;
    columns_.reset();
    named_.clear();
    const auto line = lines_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    read_line(**line);
  }
  ListedItem item = std::move(items_[next_item_++]);
  item.columns = columns_;
  item.named = named_;
  return item;
}

void JsonlSource::read_line(const Line& line) {
  const std::string_view text = trimmed_link(line.text);
  if (text.empty()) return;
  rapidjson::Document document;
  std::string problem;
  if (line.too_long) {
    problem = fmt::format("line {} is over {} KiB long", line.number, kMaxLineBytes / 1024);
  } else if (const auto parsed = parse_json(text, document); !parsed) {
    problem = fmt::format("line {} is {}", line.number, parsed.error().message);
  } else {
    return add_links(document, *parsed ? **parsed : text, line.number);
  }
  items_.push_back({.url = shown_link(text), .problem = problem});
}

void JsonlSource::add_links(const JsonValue& document, std::string_view text,
                            std::uint64_t number) {
  const std::string where = fmt::format("line {}", number);
  for (const std::string& name : options_.columns.named) {
    const JsonValue* member = find_member(document, name);
    named_.push_back(member == nullptr ? "" : plain_text(*member).value_or(""));
  }
  ListedItem columns;
  if (options_.columns.keep && document.IsObject()) {
    keep_columns(columns, std::string(text), where);
    columns_ = columns.columns;
  }
  each_match(document, options_.links_at, [&](const JsonMatch& match) {
    ListedItem item = item_of(match, where);
    if (!match.is_element && !item.url) item.url = shown_link(text);
    if (item.problem.empty()) item.problem = columns.problem;
    items_.push_back(std::move(item));
  });
}

}  // namespace fanfetch
