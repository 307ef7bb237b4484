#include "coordinator/commands/web/saved_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "common/ascii.h"
#include "coordinator/commands/report/data/sample_pictures.h"

namespace fanfetch {
namespace {

constexpr std::string_view kOwnFolder = ".fanfetch";

/// All of it but letters, digits and `-._` by their numbers, as RFC 8187 has it.
std::string percent_encoded(std::string_view text) {
  std::string encoded;
  for (const char c : text) {
    const bool is_plain = is_alphanumeric(c) || c == '-' || c == '.' || c == '_';
    encoded += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return encoded;
}

std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

struct Part {
  std::uint64_t first = 0, bytes = 0;
  bool is_there = true;  // false: the file is shorter
};

/// nullopt: it is no single range.
std::optional<Part> part_of(std::string_view range, std::uint64_t size) {
  constexpr std::string_view kUnit = "bytes=";
  if (!is_same_word(range.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  range = trimmed(range.substr(kUnit.size()), kSpaceAndTab);
  const std::size_t dash = range.find('-');
  if (dash == range.npos) return std::nullopt;
  const std::string_view begin = range.substr(0, dash), end = range.substr(dash + 1);
  const auto first = number(begin), last = number(end);
  if ((!first && !begin.empty()) || (!last && !end.empty()) || (!first && !last)) {
    return std::nullopt;
  }
  if (!first) {  // the last so many bytes
    const std::uint64_t bytes = std::min(*last, size);
    return Part{size - bytes, bytes, bytes > 0};
  }
  if (last && *last < *first) return std::nullopt;
  if (*first >= size) return Part{0, 0, false};
  return Part{*first, std::min(last.value_or(size - 1), size - 1) - *first + 1};
}

}  // namespace

bool is_servable_name(std::string_view name) {
  if (name.empty() || name.find('\0') != name.npos) return false;
  bool is_first = true;
  for (std::string_view rest = name;; is_first = false) {
    const std::size_t slash = std::min(rest.find('/'), rest.size());
    const std::string_view part = rest.substr(0, slash);
    if (part.empty() || part == "." || part == "..") return false;
    if (is_first && is_same_word(part, kOwnFolder)) return false;  // some file systems fold case
    if (slash == rest.size()) return true;
    rest.remove_prefix(slash + 1);
  }
}

FileAnswer file_answer(std::string_view name, std::string_view head, std::uint64_t size,
                       const std::optional<std::string>& range) {
  FileAnswer answer{.bytes = size};
  const std::string_view picture = raster_type(head);
  answer.content_type = picture.empty() ? "application/octet-stream" : picture;
  const std::string_view plain_name = name.substr(name.rfind('/') + 1);  // npos + 1 is 0
  answer.headers = {
      {"Content-Disposition",
       fmt::format("{}; filename*=UTF-8''{}", picture.empty() ? "attachment" : "inline",
                   percent_encoded(plain_name))},
      {"Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'"},
      {"Accept-Ranges", "bytes"}};
  const auto part = range ? part_of(*range, size) : std::nullopt;
  if (!part) return answer;
  answer.status = part->is_there ? 206 : 416;
  answer.first = part->first;
  answer.bytes = part->bytes;
  answer.headers.emplace_back("Content-Range",
                              part->is_there ? fmt::format("bytes {}-{}/{}", part->first,
                                                           part->first + part->bytes - 1, size)
                                             : fmt::format("bytes */{}", size));
  return answer;
}

}  // namespace fanfetch
