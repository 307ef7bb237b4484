#include "coordinator/redis/redis_trouble.h"

#include <gtest/gtest.h>

#include <cerrno>

namespace fanfetch {
namespace {

using Kind = RedisTroubleKind;
using Remedy = RedisRemedy;

constexpr std::string_view kAt = "redis.test:6379";

TEST(RedisTroubleTest, WhatErrorRepliesMean) {
  struct Case {
    std::string error;  // as Redis 7.0 and 6.2 say it
    Kind kind;
    Remedy remedy;
    std::string part;
  };
  const Case cases[] = {
      {"NOAUTH Authentication required.", Kind::wants_password, Remedy::give_up,
       "FANFETCH_FLEET_AUTH"},
      {"WRONGPASS invalid username-password pair or user is disabled.", Kind::wrong_password,
       Remedy::give_up, "--fleet-auth-file"},
      {"ERR invalid password", Kind::wrong_password, Remedy::give_up, "--fleet-auth-file"},
      {"ERR AUTH <password> called without any password configured for the default user. Are you "
       "sure your configuration is correct?",
       Kind::wrong_password, Remedy::give_up, "leave out FANFETCH_FLEET_AUTH"},
      {"NOPERM User node has no permissions to run the 'xadd' command", Kind::forbidden,
       Remedy::give_up, "run the 'xadd' command"},
      {"DENIED Redis is running in protected mode because", Kind::protected_mode, Remedy::give_up,
       "bind"},
      {"OOM command not allowed when used memory > 'maxmemory'.", Kind::out_of_memory, Remedy::wait,
       "raise maxmemory"},
      {"ERR Error running script (call to f_0): @user_script:1: @user_script: 1: -OOM command not "
       "allowed when used memory > 'maxmemory'.",
       Kind::out_of_memory, Remedy::wait, "(OOM command"},
      {"OOM command not allowed when used memory > 'maxmemory'. script: 9924a3, on "
       "@user_script:17.",
       Kind::out_of_memory, Remedy::wait, "'maxmemory'.)"},
      {"ERR Error running script (call to f_0): @user_script:1: nil value", Kind::other,
       Remedy::give_up, "nil value"},
      {"MISCONF Errors writing to the AOF file: No space left on device", Kind::disk, Remedy::wait,
       "No space left on device"},
      {"MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to "
       "disk.",
       Kind::disk, Remedy::wait, "look for room"},
      {"LOADING Redis is loading the dataset in memory", Kind::loading, Remedy::wait,
       "has just started"},
      {"BUSY Redis is busy running a script. You can only call SCRIPT KILL", Kind::busy,
       Remedy::wait, "SCRIPT KILL"},
      {"BUSYGROUP Consumer Group name already exists", Kind::group_exists, Remedy::go_on,
       "already"},
      {"READONLY You can't write against a read only replica.", Kind::read_only,
       Remedy::find_master, "name the master"},
      {"UNBLOCKED force unblock from blocking operation, instance state changed (master -> "
       "replica?)",
       Kind::read_only, Remedy::find_master, "has become a replica"},
      {"UNBLOCKED the stream key no longer exists", Kind::no_group, Remedy::make_group,
       "lost a stream"},
      {"NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option",
       Kind::no_group, Remedy::make_group, "made again"},
      {"NOGROUPS of something else", Kind::other, Remedy::give_up, "refuses a command"},
      {"NOSCRIPT No matching script. Please use EVAL.", Kind::no_script, Remedy::load_script,
       "sent again"},
      {"MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
       Kind::master_down, Remedy::find_master, "has lost its master"},
      {"NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the majority",
       Kind::no_master, Remedy::wait, "too few other Sentinels"},
      {"NOREPLICAS Not enough good replicas to write.", Kind::too_few_replicas, Remedy::wait,
       "min-replicas-to-write"},
      {"CLUSTERDOWN The cluster is down", Kind::cluster, Remedy::wait, "cluster"},
      {"MOVED 3999 127.0.0.1:6381", Kind::cluster, Remedy::give_up, "3999 127.0.0.1:6381"},
      {"WRONGTYPE Operation against a key holding the wrong kind of value", Kind::wrong_type,
       Remedy::give_up, "redis://HOST/1"},
      {"ERR DB index is out of range", Kind::no_database, Remedy::give_up, "databases"},
      {"ERR max number of clients reached", Kind::too_many_clients, Remedy::reconnect,
       "maxclients"},
      {"ERR unknown command 'XAUTOCLAIM', with args beginning with: ", Kind::too_old,
       Remedy::give_up, "Redis 6.2"},
      {"ERR Unknown subcommand or wrong number of arguments for 'SETNAME'. Try CLIENT HELP.",
       Kind::too_old, Remedy::give_up, "Redis 6.2"},
      {"ERR unknown subcommand 'SETNAME'. Try CLIENT HELP.", Kind::too_old, Remedy::give_up,
       "Redis 6.2"},
      {"ERR syntax error", Kind::other, Remedy::give_up, "refuses a command: ERR syntax error"},
      {"", Kind::other, Remedy::give_up, "refuses a command"},
  };
  for (const auto& [error, kind, remedy, part] : cases) {
    const RedisTrouble trouble = trouble_of_reply(error, kAt);
    EXPECT_EQ(trouble.kind, kind) << error;
    EXPECT_EQ(trouble.remedy, remedy) << error;
    EXPECT_TRUE(trouble.sentence.starts_with("Redis at redis.test:6379 ")) << trouble.sentence;
    EXPECT_NE(trouble.sentence.find(part), std::string::npos) << trouble.sentence;
  }
}

TEST(RedisTroubleTest, APasswordIsNotRepeated) {
  const std::string unknown = "ERR unknown command 'AUTH', with args beginning with: ";
  struct Case {
    RedisTrouble trouble;
    Kind kind;
    std::string end;
  };
  const Case cases[] = {
      // A server may not know any command that has it, and may have had its name changed.
      {trouble_of_reply(unknown + "'node' 'S3cret' ", kAt), Kind::too_old,
       "(ERR unknown command 'AUTH')"},
      {trouble_of_reply("ERR unknown command 'S3cret'", kAt, "S3cret"), Kind::too_old,
       "(its words are left out, as they hold the password)"},
      {trouble_of_reply("what is S3cret?", kAt, "S3cret"), Kind::other,
       "refuses a command: its words are left out, as they hold the password"},
      {trouble_of_reply("ERR syntax error", kAt, "S3cret"), Kind::other, "ERR syntax error"},
      {trouble_of_auth(unknown + "'node' 'S3c", kAt), Kind::too_old, "(AUTH)"},
      {trouble_of_auth("S3cr is no command", kAt), Kind::other, "refuses a command: AUTH"},
      {trouble_of_auth("WRONGPASS S3cret is wrong", kAt), Kind::wrong_password,
       "look at FANFETCH_FLEET_AUTH or --fleet-auth-file (AUTH)"},
  };
  for (const auto& [trouble, kind, end] : cases) {
    EXPECT_EQ(trouble.kind, kind) << trouble.sentence;
    EXPECT_EQ(trouble.sentence.find("S3c"), std::string::npos) << trouble.sentence;
    EXPECT_TRUE(trouble.sentence.ends_with(end)) << trouble.sentence;
  }
}

TEST(RedisTroubleTest, AServersWordsAreCleanAndShort) {
  const RedisTrouble trouble = trouble_of_reply("OOM \x1b[31m" + std::string(100'000, 'x'), kAt);
  EXPECT_EQ(trouble.sentence.find('\x1b'), std::string::npos);
  EXPECT_LT(trouble.sentence.size(), 500u);
}

TEST(RedisTroubleTest, ConnectionsThatFailOrEnd) {
  struct Case {
    RedisTrouble trouble;
    Kind kind;
    Remedy remedy;
    std::string sentence;
  };
  const Case cases[] = {
      {trouble_of_connecting(ECONNREFUSED, kAt), Kind::refused, Remedy::reconnect,
       "nobody listens at redis.test:6379: start Redis there, or name its right port; its `bind` "
       "has to have an address that this machine reaches"},
      {trouble_of_connecting(ETIMEDOUT, kAt), Kind::silent, Remedy::reconnect,
       "redis.test:6379 does not answer: is it on, and is there a firewall?"},
      {trouble_of_connecting(ENETUNREACH, kAt), Kind::unreachable, Remedy::reconnect,
       "cannot reach Redis at redis.test:6379: Network is unreachable"},
      {trouble_of_name("no such host", kAt), Kind::no_such_host, Remedy::reconnect,
       "cannot look up Redis' host in redis.test:6379: no such host"},
      {trouble_of_end(0, kAt), Kind::closed, Remedy::find_master,
       "lost Redis at redis.test:6379: it closed the connection"},
      {trouble_of_end(ECONNRESET, kAt), Kind::closed, Remedy::find_master,
       "lost Redis at redis.test:6379: Connection reset by peer"},
      {trouble_of_silence("a reply", std::chrono::seconds(10), kAt), Kind::silent,
       Remedy::find_master, "waited 10 s for a reply from Redis at redis.test:6379 in vain"},
      {trouble_of_bytes("it sends noise", kAt), Kind::not_redis, Remedy::give_up,
       "redis.test:6379 does not behave as a Redis: it sends noise"},
      {trouble_of_tls("it does not", kAt), Kind::tls, Remedy::give_up,
       "no TLS with redis.test:6379: it does not"},
  };
  for (const Case& each : cases) {
    EXPECT_EQ(each.trouble, (RedisTrouble{each.kind, each.remedy, each.sentence}));
  }
}

}  // namespace
}  // namespace fanfetch
