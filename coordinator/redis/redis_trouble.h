#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace fanfetch {

/// What is wrong between us and a Redis.
enum class RedisTroubleKind : std::uint8_t {
  // There is no connection:
  no_such_host,
  refused,
  unreachable,
  silent,     ///< Nothing came in time.
  closed,     ///< It ended the connection, or the network did.
  not_redis,  ///< Its bytes are no replies of a Redis', or too large.
  tls,        ///< It cannot be verified, or does not speak TLS.
  no_master,  ///< No Sentinel names one.
  too_many_clients,
  // Who we are:
  wants_password,
  wrong_password,
  forbidden,       ///< By its ACL.
  protected_mode,  ///< It serves its own machine alone.
  // The state it is in:
  out_of_memory,
  disk,  ///< It cannot save.
  loading,
  busy,       ///< A script of somebody's runs for long.
  read_only,  ///< It is a replica.
  master_down,
  too_few_replicas,
  cluster,
  // What it has, and how it is set:
  no_script,
  no_group,
  group_exists,
  wrong_type,
  no_database,
  evicts,  ///< Its maxmemory-policy throws keys away.
  too_old,
  other,
};

/// What helps against it.
enum class RedisRemedy : std::uint8_t {
  go_on,        ///< Nothing is wrong: it is as it was to become.
  wait,         ///< The same command may be sent again later, on the same connection.
  reconnect,    ///< A new connection, after a pause.
  find_master,  ///< The same, to the master that there is then.
  load_script,  ///< Send the script itself.
  make_group,   ///< Make the stream's group, and give it what is missing.
  give_up,      ///< It stays so until a person changes something.
};

struct RedisTrouble {
  RedisTroubleKind kind = RedisTroubleKind::other;
  RedisRemedy remedy = RedisRemedy::give_up;
  /// For people: what happened, where, and what to do. Printable; holds no secret.
  std::string sentence;

  bool operator==(const RedisTrouble&) const = default;
};

// All are pure. `server`: `redis.test:6379`, for the sentence.

/// What an error reply means, `NOAUTH Authentication required.`, one out of a script, too. The
/// sentence repeats the server's words; not the arguments of a command that it does not know, and
/// nothing where they hold `secret` (empty: there is none).
[[nodiscard]] RedisTrouble trouble_of_reply(std::string_view error, std::string_view server,
                                            std::string_view secret = {});
/// The same of the reply to AUTH. The sentence repeats no word of it: who does not know the command
/// may repeat what it was sent, whole or in part.
[[nodiscard]] RedisTrouble trouble_of_auth(std::string_view error, std::string_view server);

/// Why no connection came about. `error`: errno.
[[nodiscard]] RedisTrouble trouble_of_connecting(int error, std::string_view server);
/// Its name could not be looked up. `reason`: half a sentence.
[[nodiscard]] RedisTrouble trouble_of_name(std::string_view reason, std::string_view server);
/// A connection in use ended. `error`: errno; 0: the server closed it.
[[nodiscard]] RedisTrouble trouble_of_end(int error, std::string_view server);
/// `awaited`: what did not come, `the connection`, `a reply`.
[[nodiscard]] RedisTrouble trouble_of_silence(std::string_view awaited,
                                              std::chrono::nanoseconds limit,
                                              std::string_view server);
/// It sends something else than replies. `reason`: half a sentence.
[[nodiscard]] RedisTrouble trouble_of_bytes(std::string_view reason, std::string_view server);
/// `reason`: half a sentence (tls_session.h). `remedy`: give_up, but for what a server that is
/// restarted or a network may have done.
[[nodiscard]] RedisTrouble trouble_of_tls(std::string_view reason, std::string_view server,
                                          RedisRemedy remedy = RedisRemedy::give_up);

}  // namespace fanfetch
