#include "coordinator/sources/list_source.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "common/ascii.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

/// `line` without the comment behind its link: a `#` behind a blank, which no fragment has in front
/// of it, or `//` between blanks.
std::string_view without_comment(std::string_view line) {
  const std::size_t end = std::min(line.find('\t'), line.size());
  for (std::size_t at = line.find_first_of("#/"); at < end; at = line.find_first_of("#/", at + 1)) {
    const std::string_view before = line.substr(0, at);
    if (line[at] == '/' && !(before.ends_with(' ') && line.substr(at).starts_with("// "))) continue;
    if (const auto link = trimmed_link(before); link.size() < at) return link;
  }
  return line;
}

}  // namespace

Result<std::optional<ListedItem>> ListSource::next() {
  for (;;) {
    const auto line = lines_.next();
    if (!line) return tl::unexpected(line.error());
    if (!*line) return std::nullopt;
    const std::string_view text = trimmed_link((*line)->text);
    if (text.starts_with('#')) continue;
    if ((*line)->too_long) {
      const std::string_view link = text.substr(0, text.find('\t'));  // a secret may follow it
      return ListedItem(shown_link(link), fmt::format("its line is over {} KiB long",
                                                      LineReader::kMaxLineBytes / 1024));
    }
    if (!text.empty()) return read_line(text);
  }
}

Result<std::optional<ListedItem>> ListSource::read_line(std::string_view text) {
  // Built where it is returned, with no empty result before it: to move an item, or to clear the
  // place for it, takes a fifth of the time for a long list.
  Result<std::optional<ListedItem>> found(tl::in_place, std::in_place);
  ListedItem& item = **found;
  if (is_plain_link(text)) {
    item.url = text;
    return found;
  }
  std::string_view rest = without_comment(text);
  const std::string_view link = take_cell(rest);
  item.url = link;
  if (text.find('\0') != std::string_view::npos) {
    item.problem = "its line has a NUL byte";
  } else if (holds_two_urls(link)) {
    item.problem = begins_like_url(link) ? kTwoUrls : kUrlIsNotFirst;
  } else if (!rest.empty()) {
    const bool is_url = begins_like_url(link);
    item.problem = take_rest(rest);
    if (item.problem == kTwoUrls && !is_url) item.problem = kUrlIsNotFirst;
    options_.apply(item);
  }
  if (!item.problem.empty()) item.url = shown_link(link);
  return found;
}

/// What stands behind the link. Returns what is wrong with it.
std::string ListSource::take_rest(std::string_view cells) {
  bool named = false;
  while (!cells.empty()) {
    const std::string_view cell = take_cell(cells);
    if (cell.empty()) continue;
    if (cell == "#" || cell.starts_with("# ")) return {};
    if (begins_like_url(cell)) return std::string(kTwoUrls);
    if (LinkOptions::is_option(cell)) {
      options_.take(cell);
    } else if (!std::exchange(named, true)) {
      options_.name_it(cell);
    } else {
      return "more than a name follows it: --format tsv --url-column 1 reads a table";
    }
  }
  return {};
}

}  // namespace fanfetch
