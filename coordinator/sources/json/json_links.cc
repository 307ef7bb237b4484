#include "coordinator/sources/json/json_links.h"

#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {

ListedItem item_of(const JsonMatch& match, std::string_view where) {
  ListedItem item;
  if (match.value == nullptr) {
    item.problem = fmt::format("{} has no link at {}", where, match.place);
    return item;
  }
  if (!match.value->IsString()) {
    item.url = shown_link(json_text(*match.value).value_or(""));
    item.problem = fmt::format("{}: what is at {} is no text", where, match.place);
    return item;
  }
  const std::string_view link =
      trim_blanks({match.value->GetString(), match.value->GetStringLength()});
  const std::string what = link.empty() ? "its link is empty" : problem_of_link(link);
  if (!what.empty()) item.problem = fmt::format("{}: {}", where, what);
  item.url = what.empty() ? std::string(link) : shown_link(link);
  return item;
}

}  // namespace fanfetch
