#include "coordinator/commands/web/row_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <string_view>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::size_t kMaxText = 500;

bool holds(std::string_view where, std::string_view lower) {
  const auto found = std::search(where.begin(), where.end(), lower.begin(), lower.end(),
                                 [](char a, char b) { return to_lower(a) == b; });
  return found != where.end() || lower.empty();
}

constexpr std::string_view kPictureTypes[] = {"image/jpeg", "image/png",  "image/gif",
                                              "image/webp", "image/avif", "image/bmp"};
constexpr std::string_view kPictureEndings[] = {".jpg",  ".jpeg", ".png", ".gif",
                                                ".webp", ".avif", ".bmp"};

bool is_called_picture(const Record& record) {
  const std::string type = to_lower(record.content_type.value_or(""));
  const std::string name = to_lower(record.file_name.value_or(""));
  return std::ranges::any_of(kPictureTypes, [&](auto one) { return type.starts_with(one); }) ||
         std::ranges::any_of(kPictureEndings, [&](auto one) { return name.ends_with(one); });
}

std::optional<std::int64_t> number(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool is_whole = error == std::errc() && end == text.data() + text.size();
  if (text.empty() || !is_whole || value < least || value > most) return std::nullopt;
  return value;
}

Result<> read_word(RowQuery& query, const std::string& name, const std::string& value) {
  if (name == "status") return query.filter.add_status(value);
  if (name == "class") return query.filter.add_class(value);
  if (name == "host") return query.filter.add_host(value);
  if (name == "text") {
    if (value.size() > kMaxText) return fail("text: at most {} bytes", kMaxText);
    query.text = to_lower(value);
    return {};
  }
  if (name == "kind") {
    if (value != "pictures") return fail("kind: '{}' is not pictures", value);
    query.pictures = true;
    return {};
  }
  if (name == "before" || name == "most") {
    const bool is_most = name == "most";
    const auto parsed = number(value, 1,
                               is_most ? static_cast<std::int64_t>(RowQuery::kMost)
                                       : std::numeric_limits<std::int64_t>::max());
    if (!parsed) return fail("{}: '{}' is no number that may be", name, value);
    is_most ? void(query.most = static_cast<std::size_t>(*parsed)) : void(query.before = *parsed);
    return {};
  }
  return fail("'{}' is not status, class, host, text, kind, before or most", name);
}

}  // namespace

bool RowQuery::takes(const Record& record) const {
  if (pictures && (record.status != Status::saved || !is_called_picture(record))) return false;
  return filter.takes(record) &&
         (holds(record.url.value_or(""), text) || holds(record.file_name.value_or(""), text));
}

Result<RowQuery> parse_row_query(const std::multimap<std::string, std::string>& words) {
  RowQuery query;
  for (const auto& [name, value] : words) {
    if (value.empty()) continue;  // a field of the form that was left empty
    if (auto read = read_word(query, name, value); !read) return tl::unexpected(read.error());
  }
  return query;
}

}  // namespace fanfetch
