#include "coordinator/redis/redis_trouble.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>

#include "common/human_text.h"
#include "common/result.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

using Kind = RedisTroubleKind;
using Remedy = RedisRemedy;

constexpr std::size_t kMaxWords = 200;

/// How an error reply begins, and what it means: `{server} {words} ({reply})`.
struct ErrorRow {
  std::string_view begin;
  Kind kind;
  Remedy remedy;
  std::string_view words;
};
// The first one that fits counts: a code of its own before the general ERR.
constexpr ErrorRow kErrors[] = {
    {"NOAUTH", Kind::wants_password, Remedy::give_up,
     "wants a password: put PASSWORD or USER:PASSWORD into FANFETCH_FLEET_AUTH, or into a file for "
     "--fleet-auth-file"},
    {"WRONGPASS", Kind::wrong_password, Remedy::give_up,
     "does not know that user and password: look at FANFETCH_FLEET_AUTH or --fleet-auth-file"},
    {"ERR invalid password", Kind::wrong_password, Remedy::give_up,
     "does not know that password: look at FANFETCH_FLEET_AUTH or --fleet-auth-file"},
    {"ERR AUTH <password> called without any password", Kind::wrong_password, Remedy::give_up,
     "has no password for its default user, and one was given: leave out FANFETCH_FLEET_AUTH and "
     "--fleet-auth-file, or name the user as USER:PASSWORD"},
    {"NOPERM", Kind::forbidden, Remedy::give_up,
     "forbids that by its ACL: let the user (ACL SETUSER) use this command, and the keys ff:*"},
    {"DENIED", Kind::protected_mode, Remedy::give_up,
     "is in protected mode and serves its own machine alone: give it a password (requirepass) and "
     "an address (bind)"},
    {"OOM", Kind::out_of_memory, Remedy::wait,
     "has used all of its maxmemory, and takes nothing new: raise maxmemory, or wait until nodes "
     "have worked off what it holds"},
    {"MISCONF", Kind::disk, Remedy::wait,
     "cannot save to its disk, and takes nothing new until it can: look for room, and into its "
     "log"},
    {"LOADING", Kind::loading, Remedy::wait, "has just started, and reads its data from disk"},
    {"BUSYGROUP", Kind::group_exists, Remedy::go_on, "has that group already"},
    {"BUSYKEY", Kind::other, Remedy::give_up, "has that key already"},
    {"BUSY", Kind::busy, Remedy::wait,
     "runs a script of somebody's for so long that it answers nobody else; SCRIPT KILL ends it"},
    {"READONLY", Kind::read_only, Remedy::find_master,
     "is a replica, which takes nothing: name the master, or the Sentinels by redis+sentinel://"},
    {"UNBLOCKED force unblock", Kind::read_only, Remedy::find_master,
     "has become a replica, which takes nothing"},
    {"MASTERDOWN", Kind::master_down, Remedy::find_master, "is a replica that has lost its master"},
    {"NOQUORUM", Kind::no_master, Remedy::wait,
     "hears too few other Sentinels to be believed when it says who the master is"},
    {"NOREPLICAS", Kind::too_few_replicas, Remedy::wait,
     "has fewer replicas than min-replicas-to-write wants, and takes nothing until they are back"},
    {"NOSCRIPT", Kind::no_script, Remedy::load_script,
     "has forgotten a script of ours; it is sent again"},
    {"NOGROUP", Kind::no_group, Remedy::make_group,
     "has lost a stream or its group; both are made again"},
    {"UNBLOCKED the stream", Kind::no_group, Remedy::make_group,
     "has lost a stream; it is made again"},
    {"WRONGTYPE", Kind::wrong_type, Remedy::give_up,
     "has something else under a key of ours: another program uses the same database; name one "
     "for fanfetch alone, as in redis://HOST/1"},
    {"CLUSTERDOWN", Kind::cluster, Remedy::wait, "belongs to a cluster that is down"},
    {"TRYAGAIN", Kind::cluster, Remedy::wait, "belongs to a cluster that moves its keys"},
    {"MOVED", Kind::cluster, Remedy::give_up,
     "belongs to a cluster and does not have our keys: name the server that has them, or one "
     "outside of a cluster"},
    {"ASK", Kind::cluster, Remedy::wait, "belongs to a cluster that moves our keys"},
    {"CROSSSLOT", Kind::cluster, Remedy::give_up,
     "belongs to a cluster: name one outside of a cluster"},
    {"ERR max number of clients reached", Kind::too_many_clients, Remedy::reconnect,
     "has as many clients as it takes: raise its maxclients"},
    {"ERR DB index is out of range", Kind::no_database, Remedy::give_up,
     "has no database of that number: `databases` in its configuration says how many it has"},
    {"ERR invalid DB index", Kind::no_database, Remedy::give_up,
     "has no database of that number: `databases` in its configuration says how many it has"},
    {"ERR SELECT is not allowed in cluster mode", Kind::no_database, Remedy::give_up,
     "belongs to a cluster, which has database 0 alone"},
    {"ERR unknown command", Kind::too_old, Remedy::give_up,
     "does not know a command of ours: fanfetch needs Redis 6.2 or Valkey"},
    {"ERR Unknown subcommand", Kind::too_old, Remedy::give_up,
     "does not know a command of ours: fanfetch needs Redis 6.2 or Valkey"},
    {"ERR unknown subcommand", Kind::too_old, Remedy::give_up,  // since Redis 7
     "does not know a command of ours: fanfetch needs Redis 6.2 or Valkey"},
};

/// Redis 6 puts the error of a command that a script sent behind words of its own:
/// `ERR Error running script (call to f_1): @user_script:1: @user_script: 1: -OOM command not …`
std::string_view innermost(std::string_view error) {
  if (!error.starts_with("ERR Error running script")) return error;
  const std::size_t at = error.rfind(": -");
  return at == error.npos ? error : error.substr(at + 3);
}

/// Redis 7 says behind it which script it was, and where: of those errors that mean something to a
/// person, that is no part.
std::string_view without_script(std::string_view error) {
  return error.starts_with("ERR ") ? error : error.substr(0, error.find(" script: "));
}

/// `NOGROUPS` does not begin with `NOGROUP`.
bool begins(std::string_view error, std::string_view words) {
  return error.starts_with(words) && (error.size() == words.size() || error[words.size()] == ' ' ||
                                      words.find(' ') != words.npos);
}

/// Without the arguments of a command that it does not know, which Redis repeats.
std::string_view without_arguments(std::string_view error) {
  return error.substr(0, error.find(", with args beginning with"));
}

RedisTrouble made(Kind kind, Remedy remedy, std::string sentence) {
  return {kind, remedy, std::move(sentence)};
}

/// `inner`: what counts of an error reply. `words`: what of it may be repeated.
RedisTrouble refusal(std::string_view inner, std::string_view words, std::string_view server) {
  const auto* row = std::find_if(std::begin(kErrors), std::end(kErrors),
                                 [&](const ErrorRow& known) { return begins(inner, known.begin); });
  if (row == std::end(kErrors)) {
    return made(Kind::other, Remedy::give_up,
                fmt::format("Redis at {} refuses a command: {}", server, words));
  }
  return made(row->kind, row->remedy,
              fmt::format("Redis at {} {} ({})", server, row->words, words));
}

}  // namespace

RedisTrouble trouble_of_reply(std::string_view error, std::string_view server,
                              std::string_view secret) {
  const std::string_view inner = without_script(without_arguments(innermost(error)));
  if (!secret.empty() && inner.find(secret) != inner.npos) {
    return refusal(inner, "its words are left out, as they hold the password", server);
  }
  return refusal(inner, printable(inner, kMaxWords), server);
}

RedisTrouble trouble_of_auth(std::string_view error, std::string_view server) {
  return refusal(innermost(error), "AUTH", server);
}

RedisTrouble trouble_of_connecting(int error, std::string_view server) {
  switch (error) {
    case ECONNREFUSED:
      return made(Kind::refused, Remedy::reconnect,
                  fmt::format("nobody listens at {}: start Redis there, or name its right port; "
                              "its `bind` has to have an address that this machine reaches",
                              server));
    case ETIMEDOUT:
      return made(Kind::silent, Remedy::reconnect,
                  fmt::format("{} does not answer: is it on, and is there a firewall?", server));
    default:
      return made(Kind::unreachable, Remedy::reconnect,
                  fmt::format("cannot reach Redis at {}: {}", server, errno_text(error)));
  }
}

RedisTrouble trouble_of_name(std::string_view reason, std::string_view server) {
  return made(Kind::no_such_host, Remedy::reconnect,
              fmt::format("cannot look up Redis' host in {}: {}", server, printable(reason)));
}

RedisTrouble trouble_of_end(int error, std::string_view server) {
  const std::string why = error == 0 ? "it closed the connection" : errno_text(error);
  return made(Kind::closed, Remedy::find_master, fmt::format("lost Redis at {}: {}", server, why));
}

RedisTrouble trouble_of_silence(std::string_view awaited, std::chrono::nanoseconds limit,
                                std::string_view server) {
  return made(
      Kind::silent, Remedy::find_master,
      fmt::format("waited {} for {} from Redis at {} in vain", human_time(limit), awaited, server));
}

RedisTrouble trouble_of_bytes(std::string_view reason, std::string_view server) {
  return made(Kind::not_redis, Remedy::give_up,
              fmt::format("{} does not behave as a Redis: {}", server, reason));
}

RedisTrouble trouble_of_tls(std::string_view reason, std::string_view server, RedisRemedy remedy) {
  return made(Kind::tls, remedy, fmt::format("no TLS with {}: {}", server, reason));
}

}  // namespace fanfetch
