#include "coordinator/redis/redis_address.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "common/ascii.h"
#include "common/ip_network.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

constexpr std::string_view kForms =
    "redis://HOST[:PORT][/DB], rediss://HOST[:PORT][/DB] or "
    "redis+sentinel://HOST[:PORT][,HOST[:PORT]...]/NAME[/DB]";
constexpr std::string_view kPlaceOfPasswords =
    "put USER:PASSWORD or PASSWORD into the environment as FANFETCH_FLEET_AUTH, or into a file for "
    "--fleet-auth-file";
constexpr std::size_t kMaxHostName = 253;  // RFC 1035, 2.3.4, without the dot at the end
constexpr std::size_t kMaxMasterName = 200;

struct Scheme {
  std::string_view name;
  RedisAddress::Tls tls;
  bool sentinel;
};
constexpr Scheme kSchemes[] = {
    {"redis://", RedisAddress::Tls::no, false},
    {"rediss://", RedisAddress::Tls::yes, false},
    {"redis+sentinel://", RedisAddress::Tls::no, true},
};

std::optional<int> parse_number(std::string_view text, int most) {
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  if (!whole || !is_digit(text.front()) || number > most) return std::nullopt;
  return number;
}

bool is_host_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxHostName && text.front() != '-' &&
         text.front() != '.' && text.back() != '.' && text.find("..") == text.npos &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

/// What Redis' own configuration file can name without quotes.
bool is_master_name(std::string_view text) {
  return !text.empty() && text.size() <= kMaxMasterName &&
         std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_'; });
}

/// `HOST` or `HOST:PORT`.
Result<RedisHost> parse_host(std::string_view text, std::uint16_t default_port) {
  std::string_view host = text, port;
  bool has_port = false;
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == text.npos) return fail("'{}' has no ] behind its address", text);
    host = text.substr(1, end - 1);
    const std::string_view rest = text.substr(end + 1);
    has_port = rest.starts_with(':');
    if (!rest.empty() && !has_port) {
      return fail("'{}' goes on behind its ] with something else than :PORT", text);
    }
    if (has_port) port = rest.substr(1);
    const auto address = parse_ip(host);
    if (!address || host.find(':') == host.npos) {
      return fail("'{}' is no IPv6 address, and only those stand in brackets", host);
    }
  } else {
    const std::size_t colon = text.find(':');
    has_port = colon != text.npos;
    if (has_port) port = text.substr(colon + 1);
    host = text.substr(0, colon);
    if (port.find(':') != port.npos) {
      return fail("an IPv6 address stands in brackets: [{}]", text);
    }
    if (host.ends_with('.')) host.remove_suffix(1);
    if (host.empty()) return fail("a host is missing");
    if (!is_host_name(host)) return fail("'{}' is no name of a host", host);
  }
  RedisHost result{to_lower(host), default_port};
  if (has_port) {
    if (port.empty()) return fail("a port is missing behind the ':'");
    result.port = parse_port(port).value_or(default_port);  // may_hold_password() has seen it
  }
  return result;
}

/// Whether something stands behind a `:` where a port would, and is none.
bool may_hold_password(std::string_view text) {
  if (const std::size_t scheme = text.find("://"); scheme != text.npos) {
    text.remove_prefix(scheme + 3);
  }
  text = text.substr(0, text.find('/'));
  for (;;) {
    const std::size_t comma = text.find(',');
    std::string_view host = text.substr(0, comma);
    if (host.starts_with('[')) {
      const std::size_t end = host.find(']');
      const std::string_view inner = host.substr(1, end == host.npos ? end : end - 1);
      if (inner.find(':') != inner.npos && !parse_ip(inner)) return true;
      host = end == host.npos ? "" : host.substr(end + 1);
    }
    const std::size_t colon = host.find(':');
    if (colon != host.npos && !parse_ip(host)) {
      const std::string_view port = host.substr(colon + 1);
      if (!port.empty() && !parse_port(port)) return true;
    }
    if (comma == text.npos) return false;
    text.remove_prefix(comma + 1);
  }
}

Result<> read_hosts(std::string_view text, const Scheme& scheme, RedisAddress& address) {
  const std::uint16_t port = scheme.sentinel ? kSentinelPort : kRedisPort;
  for (;;) {
    const std::size_t comma = text.find(',');
    if (comma != text.npos && !scheme.sentinel) {
      return fail("it names several hosts; a list is for Sentinels alone: redis+sentinel://");
    }
    auto host = parse_host(text.substr(0, comma), port);
    if (!host) return tl::unexpected(std::move(host.error()));
    address.hosts.push_back(std::move(*host));
    if (comma == text.npos) return {};
    if (address.hosts.size() == kMaxSentinels) {
      return fail("it names more than {} Sentinels", kMaxSentinels);
    }
    text.remove_prefix(comma + 1);
  }
}

/// `path`: behind the `/` that ends the hosts.
Result<> read_path(std::string_view path, const Scheme& scheme, RedisAddress& address) {
  if (scheme.sentinel) {
    const std::string_view name = path.substr(0, path.find('/'));
    if (name.empty()) {
      return fail("the name that the Sentinels know the server by is missing: .../NAME");
    }
    if (!is_master_name(name)) {
      return fail("'{}' is no name of a server: those have letters, digits, '-', '.' and '_'",
                  name);
    }
    address.master = name;
    path.remove_prefix(std::min(name.size() + 1, path.size()));
  }
  if (path.empty()) return {};
  const auto database = parse_number(path, 999'999);
  if (!database) return fail("'{}' is no number of a database", path);
  address.database = *database;
  return {};
}

Result<RedisAddress> parse(std::string_view text, const Scheme& scheme) {
  RedisAddress address{.tls = scheme.tls};
  const std::string_view rest = text.substr(scheme.name.size());
  const std::size_t slash = rest.find('/');
  auto read = read_hosts(rest.substr(0, slash), scheme, address);
  if (read) {
    read = read_path(slash == rest.npos ? "" : rest.substr(slash + 1), scheme, address);
  }
  if (!read) return tl::unexpected(std::move(read.error()));
  return address;
}

}  // namespace

std::string to_text(const RedisHost& host) {
  const bool v6 = host.host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host.host, host.port)
            : fmt::format("{}:{}", host.host, host.port);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  const auto number = parse_number(text, 65535);
  if (number.value_or(0) == 0) return std::nullopt;
  return static_cast<std::uint16_t>(*number);
}

std::string to_text(const RedisAddress& address) {
  const auto* scheme =
      std::find_if(std::begin(kSchemes), std::end(kSchemes), [&](const Scheme& candidate) {
        return candidate.tls == address.tls && candidate.sentinel == address.is_by_sentinel();
      });
  std::string text(scheme == std::end(kSchemes) ? kSchemes[0].name : scheme->name);
  for (const RedisHost& host : address.hosts) {
    if (&host != &address.hosts.front()) text += ',';
    text += to_text(host);
  }
  if (address.is_by_sentinel()) text += "/" + address.master;
  if (address.database != 0) text += fmt::format("/{}", address.database);
  return text;
}

Result<RedisAddress> parse_redis_address(std::string_view text) {
  // Before anything is said of the text: it may be a password.
  if (text.find('@') != text.npos) {
    return fail(
        "the address of a fleet's Redis holds no user and no password, because every user of this "
        "machine can read a command line; {}",
        kPlaceOfPasswords);
  }
  if (may_hold_password(text)) {
    return fail(
        "behind a ':' the address of a fleet's Redis has a port, 1 to 65535, and nothing else; "
        "what "
        "is there is not repeated here, as it may be a password: {}",
        kPlaceOfPasswords);
  }
  for (const Scheme& scheme : kSchemes) {
    if (!is_same_word(text.substr(0, scheme.name.size()), scheme.name)) continue;
    auto address = parse(text, scheme);
    if (address) return address;
    return fail("{} is no address of a fleet's Redis: {}", printable(text),
                printable(address.error().message));
  }
  return fail("{} is no address of a fleet's Redis, which is {}", printable(text), kForms);
}

}  // namespace fanfetch
