#include "worker/store/resume.h"

#include <strings.h>

#include <charconv>

#include "worker/store/part_writer.h"

namespace fanfetch {
namespace {

bool starts_with_word(std::string_view text, std::string_view word) {
  return text.size() >= word.size() && ::strncasecmp(text.data(), word.data(), word.size()) == 0;
}

bool is_word(std::string_view text, std::string_view word) {
  return text.size() == word.size() && starts_with_word(text, word);
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

std::optional<Sidecar> resumable(const BodyHeaders& headers, const std::string& part_name) {
  if (headers.status != 200 || !headers.length || *headers.length <= PartWriter::kFirstCheckpoint ||
      !is_strong_etag(headers.etag) || !is_identity(headers.content_encoding) ||
      !headers.transfer_encoding.empty() || is_word(headers.accept_ranges, "none")) {
    return std::nullopt;
  }
  return Sidecar{.part_name = part_name,
                 .etag = headers.etag,
                 .length = *headers.length,
                 .content_type = headers.content_type,
                 .last_modified = headers.last_modified};
}

bool goes_on(const BodyHeaders& headers, const Sidecar& part, std::uint64_t offset) {
  const auto range = parse_content_range(headers.content_range);
  return headers.status == 206 && range && range->first == offset && range->total == part.length &&
         range->last == part.length - 1 &&
         (!headers.length || *headers.length == part.length - offset) &&
         (headers.etag.empty() || headers.etag == part.etag) &&
         is_identity(headers.content_encoding) &&
         !starts_with_word(headers.content_type, "multipart/byteranges");
}

void fill_in(Response& response, const Sidecar& said_before) {
  const auto fill = [](std::string& now, const std::string& before) {
    if (now.empty()) now = before;
  };
  fill(response.etag, said_before.etag);
  fill(response.content_type, said_before.content_type);
  fill(response.last_modified, said_before.last_modified);
}

bool is_identity(std::string_view content_encoding) {
  return content_encoding.empty() || is_word(content_encoding, "identity");
}

bool is_gzip(std::string_view content_encoding) {
  return is_word(content_encoding, "gzip") || is_word(content_encoding, "x-gzip");
}

}  // namespace fanfetch
