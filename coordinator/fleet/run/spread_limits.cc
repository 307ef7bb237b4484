#include "coordinator/fleet/run/spread_limits.h"

#include <algorithm>

#include "coordinator/fleet/fleet_partitions.h"

namespace fanfetch {

unsigned limit_of(const SpreadHost& host, const HostRules& rules, unsigned usual) {
  unsigned limit = rules.per_host.value_or(usual);
  for (const HostLimit& own : rules.limits) {
    if (own.host == host.host && !own.port) limit = own.most.value_or(0);
  }
  for (const HostLimit& own : rules.limits) {
    if (own.host != host.host || !own.port) continue;
    if (host.port == own.port) return own.most.value_or(0);
    if (!host.port && own.most) limit = limit == 0 ? *own.most : std::min(limit, *own.most);
  }
  return limit;
}

SpreadHosts fitted(SpreadHosts wanted, const HostRules& rules, unsigned usual) {
  for (SpreadHost& host : wanted) {
    host.pieces =
        pieces_of_host(host.pieces == 0 ? kUsualPieces : host.pieces, limit_of(host, rules, usual));
  }
  return wanted;
}

Result<> check_limits(const SpreadHosts& hosts, const HostRules& rules, unsigned usual) {
  for (const SpreadHost& host : hosts) {
    const unsigned limit = limit_of(host, rules, usual);
    if (limit == 0 || limit >= host.pieces) continue;
    return fail(
        "{0} is spread over {1} pieces, each of which needs a transfer, and {2} are fewer: stop "
        "the "
        "run, and begin it again with --spread {0}={2}",
        host.port ? fmt::format("{}:{}", host.host, *host.port) : host.host, host.pieces, limit);
  }
  return {};
}

}  // namespace fanfetch
