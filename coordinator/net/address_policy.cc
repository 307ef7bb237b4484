#include "coordinator/net/address_policy.h"

#include <algorithm>

#include "common/ip_address.h"
#include "common/job.h"

namespace fanfetch {

bool AddressPolicy::allows(const std::string& address) const {
  const auto ip = parse_ip(address);
  const auto scope = scope_of_literal(address);
  if (!ip || !scope) return false;
  if (*scope == AddressScope::global) return true;
  if (*scope == AddressScope::private_net && private_addresses == PrivateAddresses::allow) {
    return true;
  }
  return std::any_of(allowed_nets.begin(), allowed_nets.end(),
                     [&](const Cidr& net) { return net.contains(*ip); });
}

AllowedAddresses allowed_addresses(const std::vector<std::string>& resolved,
                                   const AddressPolicy* policy) {
  AllowedAddresses result;
  for (const std::string& address : resolved) {
    if (policy != nullptr && !policy->allows(address)) {
      if (result.refused.empty()) result.refused = address;
    } else if (result.addresses.size() < kMaxJobAddresses) {
      result.addresses.push_back(address);
    }
  }
  return result;
}

std::optional<std::string> refused_literal(const Url& url, const AddressPolicy& policy) {
  const std::string host(url.bare_host());
  if (!parse_ip(host) || policy.allows(host)) return std::nullopt;
  return host;
}

}  // namespace fanfetch
