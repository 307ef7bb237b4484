#include "coordinator/sources/aria2_source.h"

#include "common/ascii.h"
#include "common/utf8.h"
#include "coordinator/sources/entry/list_text.h"

namespace fanfetch {
namespace {

bool is_indented(std::string_view line) {
  while (line.starts_with(kByteOrderMark)) line.remove_prefix(kByteOrderMark.size());
  return !line.empty() && kSpaceAndTab.find(line.front()) != std::string_view::npos;
}

}  // namespace

Result<std::optional<ListedItem>> Aria2Source::next() {
  for (;;) {
    if (trouble_) return tl::unexpected(*trouble_);
    const auto line = lines_.next();
    if (!line) trouble_ = line.error();
    if (line && *line) {
      if (auto item = take_line(**line)) return item;
      continue;
    }
    // The options of the last link may be incomplete when the run stops.
    if (lines_.stopped()) return std::nullopt;
    if (auto item = finish()) return item;
    if (!trouble_) return std::nullopt;
  }
}

/// The link that ends with this line.
std::optional<ListedItem> Aria2Source::take_line(const Line& line) {
  const std::string_view text = trimmed_link(line.text);
  if (text.empty() || text.starts_with('#')) return std::nullopt;
  // A link that is indented by mistake would be lost as an option.
  if (is_indented(line.text) && !begins_like_url(text)) {
    if (!pending_) {
      return ListedItem(std::string(shown_name(text)),
                        fmt::format("line {}: an option without a URL above it", line.number));
    }
    take_option(line, text);
    return std::nullopt;
  }
  auto before = finish();
  std::string_view rest = text;
  const std::string_view link = take_cell(rest);
  pending_.emplace();
  pending_->url = link;
  if (line.too_long) {
    pending_->problem =
        fmt::format("line {} is over {} KiB long", line.number, LineReader::kMaxLineBytes / 1024);
  } else if (text.find('\0') != std::string_view::npos) {
    pending_->problem = "its line has a NUL byte";
  } else if (holds_two_urls(link) || !trimmed_link(rest).empty()) {
    pending_->problem = begins_like_url(link) ? kTwoUrls : kUrlIsNotFirst;
  }
  return before;
}

void Aria2Source::take_option(const Line& line, std::string_view text) {
  if (!line.too_long && text.find('\0') == std::string_view::npos) return options_.take(text);
  if (!pending_->problem.empty()) return;
  pending_->problem =
      fmt::format("line {}: its option is too long, or has a NUL byte", line.number);
}

std::optional<ListedItem> Aria2Source::finish() {
  if (!pending_) return std::nullopt;
  options_.apply(*pending_);
  if (!pending_->problem.empty()) pending_->url = shown_link(*pending_->url);
  return std::exchange(pending_, std::nullopt);
}

}  // namespace fanfetch
