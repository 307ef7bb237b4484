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

/// The address that `url` names outright and that links may not reach; nullopt if it may be
/// asked for.
/// Through a proxy, which resolves names itself, this is the only guard.
[[nodiscard]] std::optional<std::string> refused_literal(const Url& url,
                                                         const AddressPolicy& policy);

}  // namespace fanfetch
