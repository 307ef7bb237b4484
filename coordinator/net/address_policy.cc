#include "coordinator/net/address_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "common/ip_address.h"
#include "common/job.h"

namespace fanfetch {
namespace {

/// As hosts files of Debian and Red Hat, and RFC 6761, call the machine itself.
bool names_own_machine(std::string_view host) {
  static constexpr std::string_view kNames[] = {
      "localhost",  "localhost.localdomain",   "localhost4",    "localhost4.localdomain4",
      "localhost6", "localhost6.localdomain6", "ip6-localhost", "ip6-loopback"};
  return host.ends_with(".localhost") ||
         std::find(std::begin(kNames), std::end(kNames), host) != std::end(kNames);
}

/// Not even browsers take such a host for a name (URL Standard, "ends in a number"). What it is to
/// others differs: to some, `425.510.425.510` is 169.254.169.254 and `127.0.0.08` is 127.0.0.8.
bool ends_in_number(std::string_view host) {
  std::string_view last = host.substr(host.rfind('.') + 1);  // npos + 1 is 0
  const bool is_hex = last.starts_with("0x");
  if (is_hex) last.remove_prefix(2);
  const std::string_view digits = is_hex ? "0123456789abcdef" : "0123456789";
  return (is_hex || !last.empty()) && last.find_first_not_of(digits) == std::string_view::npos;
}

}  // namespace

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

std::string refusal_of(const std::string& address) {
  return address + " is a private or reserved address";
}

std::optional<HostRefusal> refused_host(const Url& url, const AddressPolicy& policy,
                                        LookedUp looked_up) {
  static constexpr const char* kOwnAddress = "127.0.0.1";
  const std::string host(url.bare_host());
  if (parse_ip(host)) {
    if (policy.allows(host)) return std::nullopt;
    return HostRefusal{.text = refusal_of(host), .address = host};
  }
  if (looked_up == LookedUp::here) return std::nullopt;
  if (names_own_machine(host) && !policy.allows(kOwnAddress) && !policy.allows("::1")) {
    return HostRefusal{
        .text = fmt::format("{} is the proxy's own machine: {}", host, refusal_of(kOwnAddress)),
        .address = kOwnAddress};
  }
  if (!ends_in_number(host)) return std::nullopt;
  return HostRefusal{
      .text = host + " is neither a name nor an address, but may be a private one to a proxy",
      .address = {}};
}

}  // namespace fanfetch
