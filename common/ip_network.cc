#include "common/ip_network.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace fanfetch {
namespace {

constexpr std::array<std::uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

IpAddress from_v4(const in_addr& in) {
  IpAddress address;
  std::memcpy(address.bytes.data(), &in, sizeof in);
  return address;
}

IpAddress from_v6(const in6_addr& in) {
  IpAddress address;
  std::memcpy(address.bytes.data(), &in, sizeof in);
  address.v6 = !std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin());
  if (!address.v6) {
    std::copy_n(address.bytes.begin() + 12, 4, address.bytes.begin());
    std::fill(address.bytes.begin() + 4, address.bytes.end(), std::uint8_t{0});
  }
  return address;
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  return !text.empty() && error == std::errc() && rest == end;
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) {
  const std::string ended(text);
  in_addr in4{};
  if (::inet_pton(AF_INET, ended.c_str(), &in4) == 1) return from_v4(in4);
  in6_addr in6{};
  if (::inet_pton(AF_INET6, ended.c_str(), &in6) == 1) return from_v6(in6);
  return std::nullopt;
}

std::optional<IpAddress> ip_of(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return from_v4(in.sin_addr);
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    return from_v6(in.sin6_addr);
  }
  return std::nullopt;
}

std::string to_text(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(address.v6 ? AF_INET6 : AF_INET, address.bytes.data(), text, sizeof text);
  return text;
}

bool Cidr::contains(const IpAddress& address) const {
  return address.v6 == network.v6 && network_of(address, bits) == *this;
}

Cidr network_of(const IpAddress& address, unsigned bits) {
  Cidr cidr{address, std::min(bits, address.bits())};
  for (unsigned i = 0; i < cidr.network.bytes.size(); ++i) {
    const unsigned kept = std::clamp(cidr.bits, i * 8, i * 8 + 8) - i * 8;
    cidr.network.bytes[i] &= static_cast<std::uint8_t>(0xff00u >> kept);
  }
  return cidr;
}

Result<Cidr> parse_cidr(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return fail("'{}' is not a network such as 10.0.0.0/8 or fd00::/8", text);
  unsigned bits = address->bits();
  if (slash != std::string_view::npos &&
      (!parse_number(text.substr(slash + 1), bits) || bits > address->bits())) {
    return fail("'{}': after the slash goes a number up to {}", text, address->bits());
  }
  const Cidr cidr = network_of(*address, bits);
  if (cidr.network != *address) {
    return fail("'{}' has bits set after its prefix; did you mean {}?", text, to_text(cidr));
  }
  return cidr;
}

std::string to_text(const Cidr& network) {
  return fmt::format("{}/{}", to_text(network.network), network.bits);
}

Result<IpEndpoint> parse_endpoint(std::string_view text, std::uint16_t default_port) {
  IpEndpoint endpoint{.port = default_port};
  std::string_view host = text;
  std::string_view port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    host = text.substr(1, end == std::string_view::npos ? end : end - 1);
    port = end == std::string_view::npos ? "?" : text.substr(end + 1);
  } else if (std::count(text.begin(), text.end(), ':') == 1) {
    host = text.substr(0, text.find(':'));
    port = text.substr(host.size());
  }
  const auto address = parse_ip(host);
  const bool good_port =
      port.empty() ||
      (port.front() == ':' && parse_number(port.substr(1), endpoint.port) && endpoint.port != 0);
  if (!address || !good_port) {
    return fail("'{}' is not an address such as 192.0.2.1, 192.0.2.1:53 or [2001:db8::1]:53", text);
  }
  endpoint.address = *address;
  return endpoint;
}

}  // namespace fanfetch
