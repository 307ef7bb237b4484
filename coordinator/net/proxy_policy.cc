#include "coordinator/net/proxy_policy.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <initializer_list>

#include "common/ascii.h"
#include "common/ip_network.h"
#include "common/url.h"

namespace fanfetch {
namespace {

std::string from_environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

/// As lists have them, IPv6 with brackets or without.
std::optional<IpAddress> parse_entry_ip(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) text = text.substr(1, text.size() - 2);
  return parse_ip(text);
}

/// Is `address` the one of `entry`, or in its block (`10.0.0.0/8`)? Bits behind the prefix count
/// for nothing, as in curl.
bool holds(std::string_view entry, const IpAddress& address) {
  const std::size_t slash = entry.find('/');
  const auto network = parse_entry_ip(entry.substr(0, slash));
  if (!network) return false;
  unsigned bits = network->bits();
  if (slash != std::string_view::npos) {
    const std::string_view length = entry.substr(slash + 1);
    const char* end = length.data() + length.size();
    const auto [stopped, error] = std::from_chars(length.data(), end, bits);
    if (error != std::errc() || stopped != end || bits > network->bits()) return false;
  }
  return network_of(*network, bits).contains(address);
}

/// Is `host` the name in `entry`, or one below it? A leading or trailing dot there means nothing.
/// `host` is in lower case.
bool is_within(std::string_view host, std::string_view entry) {
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.empty() || host.size() < entry.size()) return false;
  const std::string_view tail = host.substr(host.size() - entry.size());
  const auto same = [](char a, char b) { return a == to_lower(b); };
  if (!std::equal(tail.begin(), tail.end(), entry.begin(), same)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

}  // namespace

ProxyPolicy::ProxyPolicy(const std::optional<std::string>& given)
    : http_(given ? *given : from_environment({"http_proxy", "all_proxy", "ALL_PROXY"})),
      https_(given ? *given
                   : from_environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})),
      no_proxy_(from_environment({"no_proxy", "NO_PROXY"})) {}

const std::string& ProxyPolicy::proxy_for(const Url& url) const {
  if (goes_direct(url.bare_host())) return none_;
  return url.scheme == "https" ? https_ : http_;
}

std::vector<std::uint16_t> ProxyPolicy::only_ports() const {
  if (!no_proxy_.empty()) return {};
  std::vector<std::uint16_t> ports;
  for (const std::string& text : {http_, https_}) {
    if (text.empty()) return {};
    // One that cannot be used fails each of its links: nothing goes past it.
    const auto proxy = parse_proxy(text);
    if (proxy && std::ranges::find(ports, proxy->port) == ports.end()) ports.push_back(proxy->port);
  }
  return ports;
}

bool ProxyPolicy::goes_direct(std::string_view host) const {
  constexpr std::string_view kSeparators = ", \t";
  const auto address = parse_ip(host);
  std::string_view rest = no_proxy_;
  for (;;) {
    const auto begin = rest.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return false;
    rest.remove_prefix(begin);
    const std::string_view entry = rest.substr(0, rest.find_first_of(kSeparators));
    rest.remove_prefix(entry.size());
    if (entry == "*" || (address ? holds(entry, *address) : is_within(host, entry))) return true;
  }
}

}  // namespace fanfetch
