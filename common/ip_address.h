#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace fanfetch {

/// Where an address leads, as far as it matters to a program that follows untrusted links. Ordered
/// from the most to the least allowed.
enum class AddressScope : std::uint8_t {
  global,       ///< Public: may be connected to.
  private_net,  ///< Loopback, private, shared or local: only with --allow-private.
  forbidden,    ///< Link-local (cloud metadata lives there), multicast, unspecified, reserved.
};

/// The scope by the IANA special-purpose registries (RFC 6890 and successors). IPv6 forms that
/// carry an IPv4 address (mapped, compatible, NAT64 64:ff9b::/96, 6to4, Teredo) count as that
/// address. REQUIRES: `address` refers to a complete sockaddr_in or sockaddr_in6.
[[nodiscard]] AddressScope scope_of(const sockaddr& address);

/// The same for an address as text, without brackets: dotted IPv4, or IPv6 whose zone is ignored.
/// nullopt: not an IP literal. parse_url() turns other forms of IPv4 (`127.1`) into dotted ones.
[[nodiscard]] std::optional<AddressScope> scope_of_literal(std::string_view text);

/// `10.0.3.7` or `fe80::1`; empty for other families.
[[nodiscard]] std::string to_text(const sockaddr& address);

}  // namespace fanfetch
