#include "common/ip_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace fanfetch {
namespace {

using V4 = std::uint32_t;  // host order
using V6 = std::array<std::uint8_t, 16>;

struct V4Block {
  V4 prefix;
  unsigned bits;
  AddressScope scope;
};

constexpr V4 v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return (a << 24) | (b << 16) | (c << 8) | d;
}

constexpr auto kGlobal = AddressScope::global;
constexpr auto kPrivate = AddressScope::private_net;
constexpr auto kForbidden = AddressScope::forbidden;

/// IANA IPv4 Special-Purpose Address Registry; the first match counts, so exceptions come before
/// the block that contains them.
constexpr V4Block kV4Blocks[] = {
    {v4(100, 100, 100, 200), 32, kForbidden},  // Alibaba Cloud's metadata
    {v4(168, 63, 129, 16), 32, kForbidden},    // Azure's host agent
    {v4(192, 0, 0, 9), 32, kGlobal},           // PCP anycast, RFC 7723
    {v4(192, 0, 0, 10), 32, kGlobal},          // TURN anycast, RFC 8155
    {v4(0, 0, 0, 0), 8, kForbidden},           // "this network"; 0.0.0.0 reaches this machine
    {v4(10, 0, 0, 0), 8, kPrivate},            // RFC 1918
    {v4(100, 64, 0, 0), 10, kPrivate},         // shared, RFC 6598
    {v4(127, 0, 0, 0), 8, kPrivate},           // loopback
    {v4(169, 254, 0, 0), 16, kForbidden},      // link-local; the clouds' metadata
    {v4(172, 16, 0, 0), 12, kPrivate},         // RFC 1918
    {v4(192, 0, 0, 0), 24, kForbidden},        // protocol assignments; Oracle Cloud's metadata
    {v4(192, 0, 2, 0), 24, kForbidden},        // documentation
    {v4(192, 88, 99, 0), 24, kForbidden},      // 6to4 relays, deprecated by RFC 7526
    {v4(192, 168, 0, 0), 16, kPrivate},        // RFC 1918
    {v4(198, 18, 0, 0), 15, kForbidden},       // benchmarks, RFC 2544
    {v4(198, 51, 100, 0), 24, kForbidden},     // documentation
    {v4(203, 0, 113, 0), 24, kForbidden},      // documentation
    {v4(224, 0, 0, 0), 4, kForbidden},         // multicast
    {v4(240, 0, 0, 0), 4, kForbidden},         // reserved, and the broadcast address
};

struct V6Block {
  std::array<std::uint16_t, 8> prefix;  // groups, in the order of the text form
  unsigned bits;
  AddressScope scope;
};

/// IANA IPv6 Special-Purpose Address Registry; the first match counts. Addresses that
/// carry an IPv4 address are handled by embedded_scope().
constexpr V6Block kV6Blocks[] = {
    {{0xfd00, 0x0ec2}, 32, kForbidden},                               // AWS: metadata, credentials
    {{0xfd20, 0x00ce, 0, 0, 0, 0, 0, 0x0254}, 128, kForbidden},       // Google Cloud's metadata
    {{0xfd00, 0x0042, 0, 0, 0, 0, 0, 0x0042}, 128, kForbidden},       // Scaleway's metadata
    {{0xfd00, 0x00c1, 0, 0, 0, 0, 0xa9fe, 0xa9fe}, 128, kForbidden},  // Oracle Cloud's metadata
    {{0, 0, 0, 0, 0, 0, 0, 1}, 128, kPrivate},                        // loopback
    {{0, 0, 0, 0, 0, 0, 0, 0}, 128, kForbidden},                      // unspecified: this machine
    {{0xfc00}, 7, kPrivate},                                          // unique local
    {{0xfec0}, 10, kPrivate},                                         // site-local, deprecated
    {{0x2001, 1, 0, 0, 0, 0, 0, 1}, 128, kGlobal},                    // PCP anycast, RFC 7723
    {{0x2001, 1, 0, 0, 0, 0, 0, 2}, 128, kGlobal},                    // TURN anycast, RFC 8155
    {{0x2001, 1, 0, 0, 0, 0, 0, 3}, 128, kGlobal},  // DNS-SD SRP anycast, RFC 9665
    {{0x2001, 3}, 32, kGlobal},                     // AMT, RFC 7450
    {{0x2001, 4, 0x0112}, 48, kGlobal},             // AS112, RFC 7535
    {{0x2001, 0x0020}, 28, kGlobal},                // ORCHIDv2, RFC 7343
    {{0x2001, 0x0030}, 28, kGlobal},                // drone remote ID, RFC 9374
    {{0x2001}, 23, kForbidden},                     // other protocol assignments
    {{0x2001, 0x0db8}, 32, kForbidden},             // documentation
    {{0x3fff}, 20, kForbidden},                     // documentation, RFC 9637
    {{0x2000}, 3, kGlobal},                         // all other global unicast
    {{0}, 0, kForbidden},  // link-local, multicast, discard, SRv6, unassigned
};

AddressScope scope_of_v4(V4 address) {
  for (const auto& [prefix, bits, scope] : kV4Blocks) {
    if (((address ^ prefix) >> (32 - bits)) == 0) return scope;
  }
  return AddressScope::global;
}

bool has_prefix(const V6& address, const std::array<std::uint16_t, 8>& prefix, unsigned bits) {
  for (unsigned group = 0; bits > 0; ++group) {
    const unsigned in_group = std::min(bits, 16u);
    const unsigned value = (unsigned{address[group * 2]} << 8) | address[group * 2 + 1];
    if (((value ^ prefix[group]) >> (16 - in_group)) != 0) return false;
    bits -= in_group;
  }
  return true;
}

V4 v4_at(const V6& address, unsigned byte) {
  return v4(address[byte], address[byte + 1], address[byte + 2], address[byte + 3]);
}

/// The scope of the IPv4 address that `address` carries; nullopt if it carries none.
std::optional<AddressScope> embedded_scope(const V6& address) {
  const bool compatible = has_prefix(address, {0}, 96) && v4_at(address, 12) > 1;  // not :: and ::1
  const bool mapped = has_prefix(address, {0, 0, 0, 0, 0, 0xffff}, 96);
  const bool nat64 = has_prefix(address, {0x0064, 0xff9b}, 96);
  if (compatible || mapped || nat64) return scope_of_v4(v4_at(address, 12));
  if (has_prefix(address, {0x2002}, 16)) return scope_of_v4(v4_at(address, 2));
  if (has_prefix(address, {0x2001, 0},
                 32)) {  // Teredo: the server's address, and the client's, inverted
    return std::max(scope_of_v4(v4_at(address, 4)), scope_of_v4(~v4_at(address, 12)));
  }
  return std::nullopt;
}

AddressScope scope_of_v6(const V6& address) {
  if (const auto embedded = embedded_scope(address)) return *embedded;
  for (const auto& [prefix, bits, scope] : kV6Blocks) {
    if (has_prefix(address, prefix, bits)) return scope;
  }
  return AddressScope::forbidden;
}

}  // namespace

AddressScope scope_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return scope_of_v4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    V6 bytes{};
    std::memcpy(bytes.data(), &in.sin6_addr, bytes.size());
    return scope_of_v6(bytes);
  }
  return AddressScope::forbidden;
}

std::optional<AddressScope> scope_of_literal(std::string_view text) {
  in_addr in4{};
  if (const std::string address(text); ::inet_pton(AF_INET, address.c_str(), &in4) == 1) {
    return scope_of_v4(ntohl(in4.s_addr));
  }
  V6 bytes{};
  const std::string address(text.substr(0, text.find('%')));  // the zone does not change the scope
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) == 1) return scope_of_v6(bytes);
  return std::nullopt;
}

std::string to_text(const sockaddr& address) {
  char text[INET6_ADDRSTRLEN] = "";
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
  } else if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    ::inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
  }
  return text;
}

}  // namespace fanfetch
