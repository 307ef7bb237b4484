#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

struct sockaddr;

namespace fanfetch {

/// Who may be behind an address, as far as a downloader of strangers' links must care. From the
/// most to the least welcome.
enum class AddressScope : std::uint8_t {
  global,       ///< Anyone's: may be reached.
  private_net,  ///< Loopback, private, shared or local: only with --allow-private.
  forbidden,    ///< Link-local (cloud metadata lives there), multicast, unspecified, reserved.
};

/// Scope by the IANA special-purpose registries (RFC 6890 and successors). IPv6 forms that carry an
/// IPv4 address (mapped, compatible, NAT64 64:ff9b::/96, 6to4, Teredo) count as that address.
/// REQUIRES: the whole address of its family stands behind the reference.
[[nodiscard]] AddressScope scope_of(const sockaddr& address);

/// The same for an address in text, without brackets: dotted IPv4, or IPv6 whose zone is ignored.
/// None: not an IP literal; other forms of IPv4 (`127.1`) parse_url() has made dotted before.
[[nodiscard]] std::optional<AddressScope> scope_of_literal(std::string_view text);

/// `10.0.3.7` or `fe80::1`; empty for other families.
[[nodiscard]] std::string to_text(const sockaddr& address);

}  // namespace fanfetch
