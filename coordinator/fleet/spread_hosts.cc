#include "coordinator/fleet/spread_hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace fanfetch {

void put_spread(SpreadHosts& hosts, SpreadHost host) {
  std::erase_if(
      hosts, [&](const SpreadHost& one) { return one.host == host.host && one.port == host.port; });
  hosts.push_back(std::move(host));
}

unsigned pieces_of(const SpreadHosts& hosts, const Url& url) {
  unsigned on_any_port = 1;
  for (const SpreadHost& one : hosts) {
    if (one.host != url.host) continue;
    if (one.port == url.port) return one.pieces;
    if (!one.port) on_any_port = one.pieces;
  }
  return on_any_port;
}

std::string to_text(const SpreadHosts& hosts) {
  std::vector<std::string> words;
  for (const SpreadHost& one : hosts) {
    words.push_back(one.port ? fmt::format("{}:{}={}", one.host, *one.port, one.pieces)
                             : fmt::format("{}={}", one.host, one.pieces));
  }
  std::ranges::sort(words);
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace fanfetch
