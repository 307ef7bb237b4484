#include "coordinator/redis/redis_auth.h"

#include "common/sealed_bytes.h"
#include "coordinator/process/sealed_copy.h"

namespace fanfetch {
namespace {

Result<RedisAuth> from(std::string_view where, std::string_view text) {
  auto auth = parse_redis_auth(text);
  if (!auth) return fail("{}: {}", where, auth.error().message);
  return auth;
}

}  // namespace

Result<RedisAuth> parse_redis_auth(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  if (text.size() > kMaxRedisAuth) {
    return fail("a password for Redis has at most {} bytes", kMaxRedisAuth);
  }
  if (text.find('\n') != text.npos) {
    return fail("it has several lines, and PASSWORD or USER:PASSWORD is one");
  }
  RedisAuth auth;
  if (const std::size_t colon = text.find(':'); colon != text.npos) {
    auth.user = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  auth.password = text;
  if (auth.is_empty()) return fail("it holds no password; it is PASSWORD or USER:PASSWORD");
  return auth;
}

Result<RedisAuth> read_redis_auth(const char* environment, const std::string& file) {
  if (!file.empty()) {
    const auto memfd = sealed_copy(file, kMaxRedisAuth + 2);  // with a line end
    if (!memfd) return tl::unexpected(memfd.error());
    const auto bytes = SealedBytes::map(memfd->get());
    if (!bytes) return fail("cannot keep {} in memory: {}", file, bytes.error().message);
    return from(file, bytes->view());
  }
  if (environment == nullptr || *environment == '\0') return RedisAuth();
  return from("FANFETCH_FLEET_AUTH", environment);
}

}  // namespace fanfetch
