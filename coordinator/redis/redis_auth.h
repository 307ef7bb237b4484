#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// What a client shows to Redis. The password is never printed, and not part of any sentence; a
/// server may name the user in what it says.
struct RedisAuth {
  std::string user;      ///< Of an ACL; empty: the server's default user.
  std::string password;  ///< Empty: nothing is shown.

  [[nodiscard]] bool is_empty() const { return password.empty(); }
  bool operator==(const RedisAuth&) const = default;
};

/// A longer one is no password but a wrong file.
inline constexpr std::size_t kMaxRedisAuth = 4096;

/// Reads `[USER:]PASSWORD`; one line end behind it is dropped. A password with a colon and no user
/// is written `:PASSWORD`. Error: there is none, it has several lines, or is too long; the sentence
/// repeats nothing of it. Pure.
[[nodiscard]] Result<RedisAuth> parse_redis_auth(std::string_view text);

/// What was given: `file` (--fleet-auth-file; may be a pipe, is waited for) or, if that is empty,
/// `environment` (FANFETCH_FLEET_AUTH; null or empty: none). Neither: an empty RedisAuth. The error
/// names where it came from.
[[nodiscard]] Result<RedisAuth> read_redis_auth(const char* environment, const std::string& file);

}  // namespace fanfetch
