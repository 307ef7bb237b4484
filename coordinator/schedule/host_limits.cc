#include "coordinator/schedule/host_limits.h"

#include <algorithm>
#include <charconv>
#include <utility>

namespace fanfetch {

const HostLimit* find_limit(const HostLimits& limits, std::string_view origin) {
  if (limits.empty()) return nullptr;
  const std::size_t begin = origin.find("://") + 3;
  const std::size_t colon = origin.rfind(':');
  const std::string_view host = origin.substr(begin, colon - begin);
  std::uint16_t port = 0;
  std::from_chars(origin.data() + colon + 1, origin.data() + origin.size(), port);
  const HostLimit* on_any_port = nullptr;
  for (const HostLimit& limit : limits) {
    if (limit.host != host) continue;
    if (limit.port == port) return &limit;
    if (!limit.port) on_any_port = &limit;
  }
  return on_any_port;
}

void put_limit(HostLimits& limits, HostLimit limit) {
  drop_limit(limits, limit.host, limit.port);
  limits.push_back(std::move(limit));
}

void drop_limit(HostLimits& limits, std::string_view host, std::optional<std::uint16_t> port) {
  std::erase_if(limits, [&](const HostLimit& one) { return one.host == host && one.port == port; });
}

}  // namespace fanfetch
