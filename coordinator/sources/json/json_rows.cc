#include "coordinator/sources/json/json_rows.h"

#include <utility>

#include "coordinator/sources/entry/list_text.h"
#include "coordinator/sources/entry/row_columns.h"

namespace fanfetch {

void JsonRows::clear() {
  items_.clear();
  next_item_ = 0;
  columns_.reset();
  named_.clear();
}

Result<std::optional<ListedItem>> JsonRows::next() {
  // Built where it is returned: moves of an item take long.
  Result<std::optional<ListedItem>> next(tl::in_place, std::in_place,
                                         std::move(items_[next_item_++]));
  (*next)->columns = columns_;
  (*next)->named = named_;
  return next;
}

void JsonRows::refuse(std::string_view shown, std::string problem) {
  clear();
  items_.emplace_back(shown_link(shown), std::move(problem));
}

void JsonRows::read(std::string_view text, const JsonPointer& links_at, const NameDocument& where) {
  clear();
  rapidjson::MemoryPoolAllocator<> pool(memory_.data(), memory_.size());
  rapidjson::Document document(&pool);
  const auto parsed = parse_json(text, document);
  if (!parsed) return refuse(text, fmt::format("{} is {}", where(), parsed.error().message));
  add_links(document, *parsed ? **parsed : text, links_at, where);
}

void JsonRows::add_links(const JsonValue& document, std::string_view text,
                         const JsonPointer& links_at, const NameDocument& where) {
  for (const std::string& name : columns_wanted_.named) {
    const JsonValue* member = find_member(document, name);
    named_.push_back(member == nullptr ? "" : plain_text(*member).value_or(""));
  }
  ListedItem columns;
  if (columns_wanted_.keep && document.IsObject()) {
    keep_columns(columns, std::string(text), where());
    columns_ = columns.columns;
  }
  each_match(document, links_at, [&](const JsonMatch& match) {
    ListedItem item = item_of(match, where);
    if (!match.is_element && !item.url) item.url = shown_link(text);
    if (item.problem.empty()) item.problem = columns.problem;
    items_.push_back(std::move(item));
  });
}

}  // namespace fanfetch
