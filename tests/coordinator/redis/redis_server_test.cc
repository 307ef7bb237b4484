#include "coordinator/redis/redis_server.h"

#include <gtest/gtest.h>

#include "coordinator/redis/master_finder.h"

namespace fanfetch {
namespace {

using Kind = RedisTroubleKind;
using Remedy = RedisRemedy;

const RedisServer kFit{.run_id = "r1",
                       .replication_id = "d1",
                       .version = "7.0.15",
                       .role = "master",
                       .mode = "standalone",
                       .eviction = "noeviction"};

TEST(RedisServerTest, WhatInfoSays) {
  const RedisServer server = parse_redis_info(
      "# Server\r\nredis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:r1\r\n\r\n"
      "# Memory\r\nmaxmemory_policy:noeviction\r\n# Persistence\r\nloading:0\r\nasync_loading:1\r\n"
      "# Replication\r\nrole:master\r\nmaster_replid:d1\r\nmaster_replid2:d0\r\n");
  EXPECT_EQ(server, kFit);
  EXPECT_TRUE(parse_redis_info("loading:1").is_loading);
  EXPECT_EQ(parse_redis_info(""), RedisServer());
  EXPECT_EQ(parse_redis_info(":\n:x\nrun_id\nrun_id:" + std::string(1000, 'x')), RedisServer());
}

TEST(RedisServerTest, WhatAFleetNeeds) {
  EXPECT_EQ(unfit(kFit, "a:1"), std::nullopt);
  struct Case {
    std::string RedisServer::*field;
    std::string value;
    Kind kind;
    Remedy remedy;
    std::string part;
  };
  const Case cases[] = {
      {&RedisServer::eviction, "allkeys-lru", Kind::evicts, Remedy::give_up,
       "CONFIG SET maxmemory-policy noeviction"},
      {&RedisServer::eviction, "", Kind::evicts, Remedy::give_up, "is ''"},
      {&RedisServer::role, "slave", Kind::read_only, Remedy::find_master, "is a replica"},
      {&RedisServer::mode, "sentinel", Kind::not_redis, Remedy::give_up,
       "redis+sentinel://a:1/NAME"},
      {&RedisServer::run_id, "", Kind::not_redis, Remedy::give_up, "does not say"},
      {&RedisServer::version, "", Kind::not_redis, Remedy::give_up, "does not say"},
      {&RedisServer::version, "6.0.16", Kind::too_old, Remedy::give_up, "is version 6.0.16"},
      {&RedisServer::version, "5", Kind::too_old, Remedy::give_up, "6.2 or later"},
      {&RedisServer::version, "x\x1b", Kind::too_old, Remedy::give_up, "x\\x1b"},
  };
  for (const Case& each : cases) {
    RedisServer server = kFit;
    server.*each.field = each.value;
    const auto trouble = unfit(server, "a:1");
    ASSERT_TRUE(trouble) << each.value;
    EXPECT_EQ(trouble->kind, each.kind) << trouble->sentence;
    EXPECT_EQ(trouble->remedy, each.remedy) << trouble->sentence;
    EXPECT_NE(trouble->sentence.find(each.part), std::string::npos) << trouble->sentence;
  }
  for (const char* version : {"6.2", "6.2.0", "6.10.1", "7.0.15", "8.0.0", "10.1"}) {
    RedisServer server = kFit;
    server.version = version;
    EXPECT_EQ(unfit(server, "a:1"), std::nullopt) << version;
  }
  RedisServer loading = kFit;
  loading.is_loading = true;
  loading.role = "slave";
  EXPECT_EQ(unfit(loading, "a:1")->kind, Kind::loading) << "its role may still be another";
}

TEST(RedisServerTest, WhatMayBeLost) {
  EXPECT_EQ(compare(kFit, kFit), RedisData::same);
  RedisServer other = kFit;
  other.eviction = "volatile-lru";
  EXPECT_EQ(compare(kFit, other), RedisData::same);
  other.run_id = "r2";
  EXPECT_EQ(compare(kFit, other), RedisData::may_have_lost);
  other = kFit;
  other.replication_id = "d2";
  EXPECT_EQ(compare(kFit, other), RedisData::may_have_lost);
}

TEST(MasterFinderTest, WhatSentinelsSay) {
  const auto answer = [](std::vector<std::string> words) {
    RedisAnswer it{.fate = RedisAnswer::Fate::answered, .reply = {.kind = RedisReply::Kind::array}};
    for (std::string& word : words) {
      it.reply.elements.push_back({RedisReply::Kind::text, 0, std::move(word), {}});
    }
    return it;
  };
  const auto parse = [](const RedisAnswer& it) { return parse_master(it, "fleet", "s:26379"); };
  EXPECT_EQ(parse(answer({"10.0.0.1", "6379"})).value(), (RedisHost{"10.0.0.1", 6379}));
  EXPECT_EQ(parse(answer({"Redis.test", "1"})).value(), (RedisHost{"redis.test", 1}));
  EXPECT_EQ(parse(answer({"fd00::1", "65535"})).value(), (RedisHost{"fd00::1", 65535}));
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{{},
                                             {"10.0.0.1"},
                                             {"10.0.0.1", "0"},
                                             {"10.0.0.1", "65536"},
                                             {"10.0.0.1", "1x"},
                                             {"", "1"},
                                             {"a:b", "1"},
                                             {"a/2", "1"},
                                             {"a:7", "1"},
                                             {"u@a", "1"},
                                             {"\x1b", "1"}}) {
    const auto found = parse(answer(words));
    ASSERT_FALSE(found) << (words.empty() ? "" : words.front());
    EXPECT_EQ(found.error().kind, Kind::no_master);
    EXPECT_EQ(found.error().remedy, Remedy::find_master);
  }
  const auto unknown = parse({.fate = RedisAnswer::Fate::answered});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().remedy, Remedy::give_up);
  EXPECT_NE(unknown.error().sentence.find("knows no server 'fleet'"), std::string::npos);
  const RedisTrouble trouble{Kind::wants_password, Remedy::give_up, "x"};
  EXPECT_EQ(parse({.fate = RedisAnswer::Fate::refused, .trouble = trouble}).error(), trouble);
}

TEST(MasterFinderTest, ReplicasThatMightBeTheNextMaster) {
  const auto text = [](std::string word) {
    return RedisReply{RedisReply::Kind::text, 0, std::move(word), {}};
  };
  RedisAnswer answer{.fate = RedisAnswer::Fate::answered,
                     .reply = {.kind = RedisReply::Kind::array}};
  const auto add = [&](const std::string& flags, const std::string& silence) {
    RedisReply replica{.kind = RedisReply::Kind::array};
    for (const std::string& word : {std::string("name"), std::string("flags"), std::string("flags"),
                                    flags, std::string("last-ok-ping-reply"), silence}) {
      replica.elements.push_back(text(word));
    }
    answer.reply.elements.push_back(std::move(replica));
    return count_replicas(answer);
  };
  EXPECT_EQ(count_replicas(answer), 0u);
  EXPECT_EQ(add("slave", "900"), 1u);
  EXPECT_EQ(add("slave,disconnected", "1999"), 2u) << "it may be about to be the master";
  EXPECT_EQ(add("slave,promoted", "99999"), 3u) << "it is connected";
  EXPECT_EQ(add("slave,disconnected", "2000"), 3u);
  EXPECT_EQ(add("s_down,slave", "10"), 3u);
  EXPECT_EQ(add("slave,disconnected", "x"), 4u);
  EXPECT_EQ(add("", ""), 5u);
  answer.reply.elements.push_back(text("nonsense"));
  EXPECT_EQ(count_replicas(answer), 6u) << "who knows";
  answer.reply = text("OK");
  EXPECT_FALSE(count_replicas(answer));
  const RedisTrouble trouble{Kind::forbidden, Remedy::give_up, "x"};
  EXPECT_EQ(count_replicas({.fate = RedisAnswer::Fate::refused, .trouble = trouble}).error(),
            trouble);
}

}  // namespace
}  // namespace fanfetch
