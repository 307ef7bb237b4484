#include "coordinator/redis/redis_server.h"

#include <fmt/format.h>

#include <charconv>
#include <tuple>

#include "common/ascii.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

using Kind = RedisTroubleKind;
using Remedy = RedisRemedy;

/// No value that is looked at comes near.
constexpr std::size_t kMaxValue = 128;

struct Field {
  std::string_view name;
  std::string RedisServer::*value;
};
constexpr Field kFields[] = {
    {"run_id", &RedisServer::run_id},         {"master_replid", &RedisServer::replication_id},
    {"redis_version", &RedisServer::version}, {"role", &RedisServer::role},
    {"redis_mode", &RedisServer::mode},       {"maxmemory_policy", &RedisServer::eviction},
};

/// Below all versions, if it is none.
std::pair<int, int> version_of(std::string_view text) {
  std::pair<int, int> version{0, 0};
  const auto* end = text.data() + text.size();
  const auto major = std::from_chars(text.data(), end, version.first);
  if (major.ec != std::errc() || major.ptr == end || *major.ptr != '.') return version;
  std::from_chars(major.ptr + 1, end, version.second);
  return version;
}

}  // namespace

RedisServer parse_redis_info(std::string_view text) {
  RedisServer server;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    const std::size_t colon = line.find(':');
    if (colon == line.npos) continue;
    const std::string_view name = line.substr(0, colon), value = line.substr(colon + 1);
    if (value.size() > kMaxValue) continue;
    if (name == "loading") server.is_loading = value != "0";
    for (const Field& field : kFields) {
      if (name == field.name) server.*field.value = value;
    }
  }
  return server;
}

std::optional<RedisTrouble> unfit(const RedisServer& server, std::string_view name) {
  const auto trouble = [](Kind kind, Remedy remedy, std::string sentence) {
    return RedisTrouble{kind, remedy, std::move(sentence)};
  };
  if (server.mode == "sentinel") {
    return trouble(Kind::not_redis, Remedy::give_up,
                   fmt::format("{} is a Sentinel: name it as redis+sentinel://{}/NAME, with the "
                               "name of the server that it watches",
                               name, name));
  }
  if (server.run_id.empty() || server.version.empty()) {
    return trouble(Kind::not_redis, Remedy::give_up,
                   fmt::format("{} does not behave as a Redis: it does not say its version and "
                               "run_id (INFO)",
                               name));
  }
  if (version_of(server.version) < std::pair(6, 2)) {
    return trouble(Kind::too_old, Remedy::give_up,
                   fmt::format("Redis at {} is version {}; fanfetch needs 6.2 or later, or Valkey",
                               name, printable(server.version)));
  }
  if (server.is_loading) {
    return trouble(Kind::loading, Remedy::reconnect,
                   fmt::format("Redis at {} has just started, and reads its data from disk", name));
  }
  if (server.role != "master") {
    return trouble(
        Kind::read_only, Remedy::find_master,
        fmt::format("Redis at {} is a replica, which takes nothing: name the master, or the "
                    "Sentinels by redis+sentinel://",
                    name));
  }
  if (server.eviction != "noeviction") {
    return trouble(Kind::evicts, Remedy::give_up,
                   fmt::format("Redis at {} would throw links away when its memory is full: its "
                               "maxmemory-policy is '{}' and has to be 'noeviction'; redis-cli "
                               "CONFIG SET maxmemory-policy noeviction, and the same in its "
                               "configuration",
                               name, printable(server.eviction)));
  }
  return std::nullopt;
}

RedisData compare(const RedisServer& before, const RedisServer& now) {
  return std::tie(before.run_id, before.replication_id) == std::tie(now.run_id, now.replication_id)
             ? RedisData::same
             : RedisData::may_have_lost;
}

}  // namespace fanfetch
