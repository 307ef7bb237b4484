#include "coordinator/net/address_policy.h"

#include "common/ip_address.h"

namespace fanfetch {

std::optional<std::string> refused_literal(const Url& url, PrivateAddresses private_addresses) {
  const auto scope = scope_of_literal(url.bare_host());
  if (!scope || *scope == AddressScope::global) return std::nullopt;
  if (*scope == AddressScope::private_net && private_addresses == PrivateAddresses::allow) {
    return std::nullopt;
  }
  return std::string(url.bare_host());
}

}  // namespace fanfetch
