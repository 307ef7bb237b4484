#include "coordinator/report/failure_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/utf8.h"

namespace fanfetch {
namespace {

constexpr std::size_t kClassWidth = 14;  // of `crashed_worker`
constexpr std::size_t kMostHostWidth = 32;

std::string host_text(const HostAndPath& parts) {
  return parts.host.empty() ? "-" : printable(parts.host);
}

std::string what_and_why(const Record& record, const HostAndPath& parts) {
  std::string text = record.url.value_or("").empty() ? fmt::format("item {}", record.index)
                     : parts.path.empty()            ? "/"
                                                     : printable(parts.path);
  if (record.message && !record.message->empty()) text += ": " + printable(*record.message);
  if (record.attempts > 0) {
    text += fmt::format(" ({} attempt{})", record.attempts, record.attempts == 1 ? "" : "s");
  }
  return text;
}

}  // namespace

HostAndPath host_and_path(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {.host = {}, .path = url};
  const std::size_t begin = scheme + 3;
  const std::size_t end = std::min(url.find_first_of("/?#", begin), url.size());
  std::string_view host = url.substr(begin, end - begin);
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.empty()) return {.host = {}, .path = url};
  return {.host = host, .path = url.substr(end)};
}

Spans FailureLines::line(const Record& record) {
  const HostAndPath parts = host_and_path(record.url ? std::string_view(*record.url) : "");
  const std::string host = host_text(parts);
  host_width_ = std::clamp(host.size(), host_width_, kMostHostWidth);
  const std::string_view error = record.error ? name(*record.error) : "unknown";
  return {{fmt::format("{:<{}}", error, kClassWidth), Ink::bad},
          {fmt::format("  {:<{}}  {}", host, host_width_, what_and_why(record, parts))}};
}

}  // namespace fanfetch
