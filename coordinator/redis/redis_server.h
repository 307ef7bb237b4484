#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordinator/redis/redis_trouble.h"

namespace fanfetch {

/// What a Redis says of itself (INFO), as far as a fleet needs it. Texts are a server's.
struct RedisServer {
  std::string run_id;  ///< Another one after each start.
  /// Of its data's history: another one after a fail-over; also when it gets its first replica, and
  /// when it has had none for an hour.
  std::string replication_id;
  std::string version;   ///< `7.0.15`; Valkey says that of the Redis it stands for.
  std::string role;      ///< `master` or `slave`.
  std::string mode;      ///< `standalone`, `cluster` or `sentinel`.
  std::string eviction;  ///< maxmemory-policy.
  bool is_loading = false;

  bool operator==(const RedisServer&) const = default;
};

/// Reads what INFO replies; what is missing stays empty. Pure.
[[nodiscard]] RedisServer parse_redis_info(std::string_view text);

/// Why a fleet cannot work with it, now or at all; nullopt: it can. What holds for it: it is a
/// master that has its data, of version 6.2 or later (XAUTOCLAIM), and throws no keys away. Pure.
[[nodiscard]] std::optional<RedisTrouble> unfit(const RedisServer& server, std::string_view name);

/// Whether all that was there before is there now. Another start may have lost the last second, and
/// another master what had not reached it yet: leases, for one. It may all be there, too.
enum class RedisData : std::uint8_t { same, may_have_lost };
[[nodiscard]] RedisData compare(const RedisServer& before, const RedisServer& now);

}  // namespace fanfetch
