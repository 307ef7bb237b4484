#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"

struct sockaddr;

namespace fanfetch {

/// An IPv4 or IPv6 address as a value. An IPv4-mapped address (::ffff:10.0.0.1) is stored as its
/// IPv4 address, because a connection to it reaches that one.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< Network order; IPv4 uses the first four.
  bool v6 = false;

  [[nodiscard]] unsigned bits() const { return v6 ? 128 : 32; }
  bool operator==(const IpAddress&) const = default;
};

/// Reads dotted IPv4, or IPv6 without brackets and zone. nullopt: it is neither.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);
/// nullopt: another family. REQUIRES: `address` refers to a complete sockaddr_in or sockaddr_in6.
[[nodiscard]] std::optional<IpAddress> ip_of(const sockaddr& address);
[[nodiscard]] std::string to_text(const IpAddress& address);

/// A network: all addresses of one family that begin with the same bits.
struct Cidr {
  IpAddress network;
  unsigned bits = 0;

  [[nodiscard]] bool contains(const IpAddress& address) const;
  bool operator==(const Cidr&) const = default;
};

/// Reads `10.0.0.0/8` or `fd00::/8`; an address alone is a network of one address. Error: it is
/// neither, or bits are set after the prefix, usually by mistake (the message suggests a fix).
[[nodiscard]] Result<Cidr> parse_cidr(std::string_view text);
/// The network of `bits` leading bits that contains `address`.
[[nodiscard]] Cidr network_of(const IpAddress& address, unsigned bits);
[[nodiscard]] std::string to_text(const Cidr& network);

/// An address and a port.
struct IpEndpoint {
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const IpEndpoint&) const = default;
};

/// Reads `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1` or `[2001:db8::1]:53`. The port is
/// `default_port` if none is given.
[[nodiscard]] Result<IpEndpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);

}  // namespace fanfetch
