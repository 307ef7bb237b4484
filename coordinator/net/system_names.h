#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "common/ip_network.h"

namespace fanfetch {

// What the hosts file and resolv.conf say, as values. Pure: NameFiles reads the files.

/// Names (lower case, no dot at the end) and their addresses, in the file's order, each once.
using HostsTable = std::unordered_map<std::string, std::vector<std::string>>;

/// Reads hosts(5): an address, then its names, in any case, with or without a dot at the end; `#`
/// comments. Ignores other lines, and addresses with a zone.
[[nodiscard]] HostsTable parse_hosts(std::string_view text);

/// Which DNS servers to ask, and how.
struct DnsServers {
  std::vector<IpEndpoint> servers;  ///< In the order to ask them; at least one.
  bool rotate = false;              ///< Each query begins with another one.

  bool operator==(const DnsServers&) const = default;
};

/// Reads resolv.conf(5): `nameserver` lines with addresses, and `options rotate`. Comments begin
/// with `#` or `;`. Ignores everything else: names are absolute, and time-outs are our own. A file
/// without a server means 127.0.0.1, as the man page says.
[[nodiscard]] DnsServers parse_resolv_conf(std::string_view text);

/// What this machine's files say about names.
struct SystemNames {
  HostsTable hosts;
  DnsServers dns;
};

}  // namespace fanfetch
