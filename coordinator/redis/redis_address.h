#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// One server, before its name is looked up.
struct RedisHost {
  std::string host;  ///< Lower case, without brackets or a dot at the end: as Resolver wants it.
  std::uint16_t port = 0;

  bool operator==(const RedisHost&) const = default;
};
/// `redis.test:6379`, `[2001:db8::1]:6379`.
[[nodiscard]] std::string to_text(const RedisHost& host);

/// Where a fleet's Redis is: what --fleet says. It holds no secret.
struct RedisAddress {
  enum class Tls : std::uint8_t { no, yes };

  std::vector<RedisHost> hosts;  ///< The one server; or Sentinels, in the order to ask them.
  std::string master;  ///< The name that Sentinels know it by; empty: hosts is the server.
  Tls tls = Tls::no;
  int database = 0;

  [[nodiscard]] bool is_by_sentinel() const { return !master.empty(); }
  bool operator==(const RedisAddress&) const = default;
};

inline constexpr std::uint16_t kRedisPort = 6379;
inline constexpr std::uint16_t kSentinelPort = 26379;
/// More Sentinels than these are a mistake: three to seven are usual.
inline constexpr std::size_t kMaxSentinels = 32;

/// Reads `redis://HOST[:PORT][/DB]`, `rediss://…` (TLS) or
/// `redis+sentinel://HOST[:PORT][,HOST[:PORT]…]/NAME[/DB]`, which has no form with TLS; IPv6 in
/// brackets. A user or a password in it is refused, since everybody on the machine can read a
/// command line; that sentence repeats nothing of `text`, nor does one about what may be a
/// password. Pure.
[[nodiscard]] Result<RedisAddress> parse_redis_address(std::string_view text);

/// 1 to 65535 in decimal digits; nullopt: it is something else. Pure.
[[nodiscard]] std::optional<std::uint16_t> parse_port(std::string_view text);

/// The same as a URL, with the port always and the database unless it is 0.
[[nodiscard]] std::string to_text(const RedisAddress& address);

}  // namespace fanfetch
