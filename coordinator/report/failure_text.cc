#include "coordinator/report/failure_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "common/url_text.h"
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
  const std::string_view start = url_start(url);
  if (start.empty()) return {.host = {}, .path = url};
  std::string_view host = start.substr(start.find("://") + 3);
  if (const auto at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (host.empty()) return {.host = {}, .path = url};
  return {.host = host, .path = url.substr(start.size())};
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
