#include "coordinator/commands/web/listen_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>
#include <cstring>

#include "common/ascii.h"

namespace fanfetch {
namespace {

constexpr std::string_view kUnix = "unix:";

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return port;
}

struct Address {
  std::string text;  // as inet_ntop() writes it
  bool is_any = false;
  bool is_loopback = false;
};

/// nullopt: it is no IP address.
std::optional<Address> parse_ip(const std::string& text) {
  char buffer[INET6_ADDRSTRLEN];
  if (in_addr four{}; ::inet_pton(AF_INET, text.c_str(), &four) == 1) {
    const auto number = ntohl(four.s_addr);
    return Address{::inet_ntop(AF_INET, &four, buffer, sizeof buffer), number == INADDR_ANY,
                   number >> 24 == 127};
  }
  if (in6_addr six{}; ::inet_pton(AF_INET6, text.c_str(), &six) == 1) {
    return Address{::inet_ntop(AF_INET6, &six, buffer, sizeof buffer),
                   std::memcmp(&six, &in6addr_any, sizeof six) == 0,
                   std::memcmp(&six, &in6addr_loopback, sizeof six) == 0};
  }
  return std::nullopt;
}

Result<ListenAddress> parse_path(std::string_view path) {
  constexpr std::size_t kMost = sizeof(sockaddr_un{}.sun_path) - 1;
  if (path.empty()) return fail("unix: needs a path");
  if (path.size() > kMost) {
    return fail("'{}' has {} bytes, and the path of a socket at most {}", path, path.size(), kMost);
  }
  return ListenAddress{.path = std::string(path), .ip = "", .port = 0};
}

}  // namespace

bool ListenAddress::is_local() const {
  if (is_unix()) return true;
  const auto address = parse_ip(ip);
  return address && address->is_loopback;
}

std::string ListenAddress::host() const {
  const bool is_six = ip.find(':') != std::string::npos;
  return is_six ? fmt::format("[{}]:{}", ip, port) : fmt::format("{}:{}", ip, port);
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  if (text.starts_with(kUnix)) return parse_path(text.substr(kUnix.size()));
  const std::size_t colon = text.rfind(':');
  const std::string_view host = text.substr(0, colon);
  const auto port = colon == text.npos ? std::nullopt : parse_port(text.substr(colon + 1));
  const bool in_brackets = host.size() > 2 && host.starts_with('[') && host.ends_with(']');
  std::string ip(in_brackets ? host.substr(1, host.size() - 2) : host);
  if (is_same_word(ip, "localhost") && !in_brackets) ip = "127.0.0.1";
  const auto address = parse_ip(ip);
  const bool is_six = ip.find(':') != std::string::npos;
  if (!port || !address || is_six != in_brackets) {
    return fail("'{}' is no address such as 127.0.0.1:8080, [::1]:8080 or unix:PATH", text);
  }
  if (address->is_any) {
    return fail("'{}' stands for every address of the machine: name one that a browser can go to",
                text);
  }
  return ListenAddress{.path = "", .ip = address->text, .port = *port};
}

std::optional<HostOfHeader> parse_host_header(std::string_view text) {
  std::string_view host = text, port;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return std::nullopt;
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
    if (!parse_ip(std::string(host)) || host.find(':') == host.npos) return std::nullopt;
  } else if (const std::size_t colon = text.find(':'); colon != text.npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  if (host.empty()) return std::nullopt;
  HostOfHeader parsed{.host = to_lower(host), .port = std::nullopt};
  if (port.empty()) return parsed;
  parsed.port = parse_port(port.substr(1));
  return port.front() == ':' && parsed.port ? std::optional(parsed) : std::nullopt;
}

}  // namespace fanfetch
