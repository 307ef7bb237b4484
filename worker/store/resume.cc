#include "worker/store/resume.h"

#include <charconv>

#include "common/ascii.h"
#include "common/http/content_codings.h"
#include "worker/head/head_values.h"
#include "worker/store/part_writer.h"

namespace fanfetch {
namespace {

bool starts_with_word(std::string_view text, std::string_view word) {
  return is_same_word(text.substr(0, word.size()), word);
}

/// Digits alone, then `end`, both of which are taken off `text`.
bool take_number(std::string_view& text, std::uint64_t& value, std::string_view end) {
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(rest - text.data()));
  if (!text.starts_with(end)) return false;
  text.remove_prefix(end.size());
  return true;
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view value) {
  static constexpr std::string_view kUnit = "bytes ";
  if (!starts_with_word(value, kUnit)) return std::nullopt;
  value.remove_prefix(kUnit.size());
  ContentRange range;
  if (!take_number(value, range.first, "-") || !take_number(value, range.last, "/") ||
      !take_number(value, range.total, "") || !value.empty()) {
    return std::nullopt;
  }
  if (range.first > range.last || range.last >= range.total) return std::nullopt;
  return range;
}

std::optional<Sidecar> resumable(const ResponseHead& head, const std::string& part_name) {
  const auto length = head.body_length();
  const std::string_view etag = head.first("ETag");
  if (head.status() != 200 || !length || *length <= PartWriter::kFirstCheckpoint ||
      !is_strong_etag(etag) || head.lines("ETag").size() > 1 || !content_codings(head).empty() ||
      !head.joined("Transfer-Encoding").empty() ||
      is_same_word(head.joined("Accept-Ranges"), "none")) {
    return std::nullopt;
  }
  return Sidecar{.part_name = part_name,
                 .etag = std::string(etag),
                 .length = *length,
                 .content_type = kept_value(head, "Content-Type"),
                 .last_modified = kept_value(head, "Last-Modified")};
}

bool continues_part(const ResponseHead& head, const Sidecar& part, std::uint64_t offset) {
  const auto range = parse_content_range(head.first("Content-Range"));
  const auto length = head.body_length();
  const std::string_view etag = head.first("ETag");
  // Which of several lines is true, nobody knows.
  if (head.lines("Content-Range").size() > 1 || head.lines("ETag").size() > 1) return false;
  return head.status() == kPartialContent && range && range->first == offset &&
         range->total == part.length && range->last == part.length - 1 &&
         (!length || *length == part.length - offset) && (etag.empty() || etag == part.etag) &&
         content_codings(head).empty() &&
         !starts_with_word(head.first("Content-Type"), "multipart/byteranges");
}

void fill_in(Response& response, const Sidecar& said_before) {
  const auto fill = [](std::string& value, const std::string& before) {
    if (value.empty()) value = before;
  };
  fill(response.etag, said_before.etag);
  fill(response.content_type, said_before.content_type);
  fill(response.last_modified, said_before.last_modified);
}

}  // namespace fanfetch
