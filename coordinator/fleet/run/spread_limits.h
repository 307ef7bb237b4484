#pragma once

#include "common/result.h"
#include "coordinator/fleet/spread_hosts.h"
#include "coordinator/schedule/host_governor.h"

namespace fanfetch {

// How the spread hosts of a driver and the limits of hosts go together. Pure.

/// Concurrent requests to the host, of all nodes together, where links come with `usual`. Where its
/// ports differ, the least; 0: it is skipped.
[[nodiscard]] unsigned limit_of(const SpreadHost& host, const HostRules& rules, unsigned usual);

/// `wanted` with as many pieces of each as there may be.
[[nodiscard]] SpreadHosts fitted(SpreadHosts wanted, const HostRules& rules, unsigned usual);

/// Error: a host would have more pieces than it may have concurrent requests, in a sentence: each
/// piece has one at least.
[[nodiscard]] Result<> check_limits(const SpreadHosts& hosts, const HostRules& rules,
                                    unsigned usual);

}  // namespace fanfetch
