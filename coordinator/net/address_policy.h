#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/ip_network.h"
#include "common/url.h"

namespace fanfetch {

enum class PrivateAddresses : std::uint8_t { refuse, allow };

/// Which addresses links may lead to; what the user typed himself (a proxy, an API, a list's URL)
/// is not asked about. Pure.
struct AddressPolicy {
  PrivateAddresses private_addresses = PrivateAddresses::refuse;  ///< --allow-private
  /// --allow-net: these may be reached whatever they are. Link-local addresses, where clouds keep
  /// secrets, only so.
  std::vector<Cidr> allowed_nets;

  /// `address`: text, without brackets. What is no address may not be reached.
  [[nodiscard]] bool allows(const std::string& address) const;
};

/// The addresses that a job may connect to, in the order to try, kMaxJobAddresses at most.
struct AllowedAddresses {
  std::vector<std::string> addresses;
  std::string refused;  ///< The first one that was refused; empty if all are allowed.
};
/// `policy`: null: whatever they are.
[[nodiscard]] AllowedAddresses allowed_addresses(const std::vector<std::string>& resolved,
                                                 const AddressPolicy* policy);

/// For people: why an address is refused, as a sentence without its end.
[[nodiscard]] std::string refusal_of(const std::string& address);

/// Who looks a link's host up.
enum class LookedUp : std::uint8_t {
  here,      ///< AllowedAddresses judges what it leads to.
  by_proxy,  ///< Nobody here knows what it leads to.
};

/// Why links may not ask for a host, whatever it leads to.
struct HostRefusal {
  std::string text;     ///< For people: a sentence without its end.
  std::string address;  ///< For the hint after the run; empty: no option lets links reach it.
};

/// nullopt: the host of `url` may be asked for. An address that links may not reach is refused in
/// any notation. Through a proxy, which resolves names itself, this is the only guard: there the
/// names that every machine gives itself count as its loopback address, and a name that ends in a
/// number, which none in DNS does, is refused, as it may be an address to the proxy.
[[nodiscard]] std::optional<HostRefusal> refused_host(const Url& url, const AddressPolicy& policy,
                                                      LookedUp looked_up);

}  // namespace fanfetch
