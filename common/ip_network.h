#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/result.h"

struct sockaddr;

namespace fanfetch {

/// An IPv4 or IPv6 address as a value. An IPv4-mapped one (::ffff:10.0.0.1) is its IPv4 address:
/// that is whom a connection reaches.
struct IpAddress {
  std::array<std::uint8_t, 16> bytes{};  ///< Network order; IPv4 uses the first four.
  bool v6 = false;

  [[nodiscard]] unsigned bits() const { return v6 ? 128 : 32; }
  bool operator==(const IpAddress&) const = default;
};

/// Dotted IPv4, or IPv6 without brackets and zone. None: it is neither.
[[nodiscard]] std::optional<IpAddress> parse_ip(std::string_view text);
/// None: another family. REQUIRES: the whole address of its family stands behind the reference.
[[nodiscard]] std::optional<IpAddress> ip_of(const sockaddr& address);
[[nodiscard]] std::string to_text(const IpAddress& address);

/// All addresses of one family that begin with the same bits.
struct Cidr {
  IpAddress network;
  unsigned bits = 0;

  [[nodiscard]] bool contains(const IpAddress& address) const;
  bool operator==(const Cidr&) const = default;
};

/// `10.0.0.0/8`, `fd00::/8`; an address alone is a network of one. Error: it is none, or has bits
/// set behind the prefix, which is mostly a slip (the message says what would be right).
[[nodiscard]] Result<Cidr> parse_cidr(std::string_view text);
/// The network of that many leading bits that `address` is in.
[[nodiscard]] Cidr network_of(const IpAddress& address, unsigned bits);
[[nodiscard]] std::string to_text(const Cidr& network);

/// An address and a port.
struct IpEndpoint {
  IpAddress address;
  std::uint16_t port = 0;
  bool operator==(const IpEndpoint&) const = default;
};

/// `192.0.2.1`, `192.0.2.1:53`, `2001:db8::1`, `[2001:db8::1]:53`. Without a port it is
/// `default_port`.
[[nodiscard]] Result<IpEndpoint> parse_endpoint(std::string_view text, std::uint16_t default_port);

}  // namespace fanfetch
