#include "coordinator/fleet/spread_hosts.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordinator/fleet/spread_plan.h"

namespace fanfetch {

void put_spread(SpreadHosts& hosts, SpreadHost host) {
  std::erase_if(
      hosts, [&](const SpreadHost& one) { return one.host == host.host && one.port == host.port; });
  hosts.push_back(std::move(host));
}

unsigned pieces_of(const SpreadHosts& hosts, const Url& url) {
  if (hosts.empty()) return 1;  // as in most jobs, and this is asked of each link
  const SpreadHost* const found = find_spread(hosts, url.host, url.port);
  return found == nullptr ? 1 : found->pieces;
}

std::string to_text(const SpreadHosts& hosts) {
  std::vector<std::string> words;
  for (const SpreadHost& one : hosts) words.push_back(to_text(one));
  std::ranges::sort(words);
  return fmt::format("{}", fmt::join(words, " "));
}

}  // namespace fanfetch
