#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/fleet/spread_hosts.h"

namespace fanfetch {

// How the hosts that a driver's user names, those that it spreads by itself and those that nodes
// work by already go together. Redis has the last (FleetJob::spread), for a driver that is started
// again. Pure.

/// The one that says how a URL's host is spread; one with its port wins over one without. Null:
/// none says anything.
[[nodiscard]] const SpreadHost* find_spread(const SpreadHosts& hosts, const std::string& host,
                                            std::optional<std::uint16_t> port);

/// Those by which links have pieces: without hosts of one piece, which are to stay whole and only
/// the driver's user wants, unless they are an exception, as `cdn.test:8080=1` beside `cdn.test=8`.
[[nodiscard]] SpreadHosts spread_only(const SpreadHosts& hosts);
/// What holds where nodes may work by `held`, and a driver's user says `wanted`: both. nullopt:
/// they are not of one mind, as some host would have another number of pieces.
[[nodiscard]] std::optional<SpreadHosts> joined(SpreadHosts held, const SpreadHosts& wanted);

/// `cdn.example.org:443=8`.
[[nodiscard]] std::string to_text(const SpreadHost& host);
/// Reads what to_text(SpreadHosts) writes, and trusts nothing. nullopt: it is something else.
[[nodiscard]] std::optional<SpreadHosts> spread_from_text(std::string_view text);

}  // namespace fanfetch
