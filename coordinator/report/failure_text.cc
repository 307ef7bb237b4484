#include "coordinator/report/failure_text.h"

#include <algorithm>

namespace fanfetch {

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

}  // namespace fanfetch
