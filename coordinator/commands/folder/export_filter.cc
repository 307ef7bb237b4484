#include "coordinator/commands/folder/export_filter.h"

#include <algorithm>
#include <functional>

#include "common/ascii.h"
#include "common/url.h"

namespace fanfetch {
namespace {

/// Stops at the first error.
Result<> for_each_word(std::string_view text,
                       const std::function<Result<>(std::string_view)>& visit) {
  for (;;) {
    const std::size_t comma = text.find(',');
    if (auto visited = visit(trimmed(text.substr(0, comma))); !visited) return visited;
    if (comma == std::string_view::npos) return {};
    text.remove_prefix(comma + 1);
  }
}

}  // namespace

Result<> ExportFilter::add_status(std::string_view text) {
  return for_each_word(text, [this](std::string_view word) -> Result<> {
    for (const Status status : {Status::saved, Status::failed}) {
      if (word == name(status)) {
        statuses.insert(status);
        return {};
      }
    }
    if (add_statuses(word, http_statuses)) return {};
    return fail("'{}' is neither saved, failed nor an HTTP status such as 404 or 5xx", word);
  });
}

Result<> ExportFilter::add_class(std::string_view text) {
  return for_each_word(text, [this](std::string_view word) -> Result<> {
    const auto error = error_class(word);
    if (!error) {
      return fail("'{}' is no error class such as http_4xx or timeout; --status takes 404 or 5xx",
                  word);
    }
    classes.set(static_cast<std::size_t>(*error));
    return {};
  });
}

Result<> ExportFilter::add_host(std::string_view text) {
  return for_each_word(text, [this](std::string_view word) -> Result<> {
    auto host = parse_host(word);
    if (!host) return tl::unexpected(std::move(host.error()));
    hosts.push_back(std::move(*host));
    return {};
  });
}

bool ExportFilter::takes(const Record& record) const {
  if (files_only && record.status != Status::saved) return false;
  if (failed_only && record.status != Status::failed) return false;
  if ((!statuses.empty() || http_statuses.any()) && !statuses.contains(record.status) &&
      !has_status(http_statuses, record)) {
    return false;
  }
  if (classes.any() && !(record.error && classes.test(static_cast<std::size_t>(*record.error)))) {
    return false;
  }
  if (hosts.empty()) return true;
  const auto url = parse_url(record.url.value_or(""));
  return url && std::any_of(hosts.begin(), hosts.end(), [&](const HostAndPort& host) {
           return host.host == url->host && host.port.value_or(url->port) == url->port;
         });
}

}  // namespace fanfetch
