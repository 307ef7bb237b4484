#include "coordinator/redis/redis_address.h"

#include <gtest/gtest.h>

#include "coordinator/redis/redis_auth.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using Hosts = std::vector<RedisHost>;
using Tls = RedisAddress::Tls;

TEST(RedisAddressTest, WhatItReads) {
  struct Case {
    std::string text;
    RedisAddress address;
    std::string again;
  };
  const Case cases[] = {
      {"redis://redis.test", {Hosts{{"redis.test", 6379}}}, "redis://redis.test:6379"},
      {"redis://redis.test/", {Hosts{{"redis.test", 6379}}}, "redis://redis.test:6379"},
      {"REDIS://Redis.Test.:7000/3",
       {Hosts{{"redis.test", 7000}}, "", Tls::no, 3},
       "redis://redis.test:7000/3"},
      {"rediss://10.0.0.1:1", {Hosts{{"10.0.0.1", 1}}, "", Tls::yes}, "rediss://10.0.0.1:1"},
      {"redis://[2001:DB8::1]:65535/0",
       {Hosts{{"2001:db8::1", 65535}}},
       "redis://[2001:db8::1]:65535"},
      {"redis+sentinel://a/fleet",
       {Hosts{{"a", 26379}}, "fleet"},
       "redis+sentinel://a:26379/fleet"},
      {"redis+sentinel://a:1,[::1]:2,c_d/my-fleet.1/7",
       {Hosts{{"a", 1}, {"::1", 2}, {"c_d", 26379}}, "my-fleet.1", Tls::no, 7},
       "redis+sentinel://a:1,[::1]:2,c_d:26379/my-fleet.1/7"},
  };
  for (const auto& [text, address, again] : cases) {
    const auto read = parse_redis_address(text);
    ASSERT_TRUE(read) << text << ": " << read.error().message;
    EXPECT_EQ(*read, address) << text;
    EXPECT_EQ(to_text(*read), again);
    EXPECT_EQ(parse_redis_address(again).value(), address) << again;
  }
}

TEST(RedisAddressTest, WhatItRefusesAndWhy) {
  struct Case {
    std::string text, why;
  };
  const Case cases[] = {
      {"", "is redis://HOST[:PORT][/DB]"},
      {"redis.test:6379", "is redis://HOST[:PORT][/DB]"},
      {"http://redis.test", "rediss://HOST[:PORT][/DB]"},
      {"rediss+sentinel://a/b", "redis+sentinel://HOST"},
      {"redis://", "a host is missing"},
      {"redis://:6379", "a host is missing"},
      {"redis:///1", "a host is missing"},
      {"redis://a b", "'a b' is no name of a host"},
      {"redis://-a", "no name of a host"},
      {"redis://a..b", "no name of a host"},
      {"redis://a..", "'a.' is no name of a host"},
      {"redis://a?db=1", "'a?db=1' is no name of a host"},
      {"redis://a:", "a port is missing"},
      {"redis://a:0", "has a port, 1 to 65535, and nothing else"},
      {"redis://a:65536", "has a port, 1 to 65535"},
      {"redis://a:-1", "has a port, 1 to 65535"},
      {"redis://a:1x", "has a port, 1 to 65535"},
      {"redis://::1", "in brackets: [::1]"},
      {"redis://[::1", "no ] behind"},
      {"redis://[::1]6379", "something else than :PORT"},
      {"redis://[127.0.0.1]", "no IPv6 address"},
      {"redis://[nope]", "no IPv6 address"},
      {"redis://a/b", "'b' is no number of a database"},
      {"redis://a/-1", "no number of a database"},
      {"redis://a/1/2", "no number of a database"},
      {"redis://a/1000000", "no number of a database"},
      {"redis://a,b", "a list is for Sentinels alone"},
      {"redis+sentinel://a", "the name that the Sentinels know the server by is missing"},
      {"redis+sentinel://a//1", "the name that the Sentinels know the server by is missing"},
      {"redis+sentinel://a,/fleet", "a host is missing"},
      {"redis+sentinel://a/fl eet", "no name of a server"},
      {"redis+sentinel://a/fleet/x", "'x' is no number of a database"},
      {"redis://a\x1b[31m", "\\x1b"},
  };
  for (const auto& [text, why] : cases) {
    const auto read = parse_redis_address(text);
    ASSERT_FALSE(read) << text;
    EXPECT_NE(read.error().message.find(why), std::string::npos) << read.error().message;
  }
  std::string many = "redis+sentinel://a";
  for (std::size_t i = 1; i < kMaxSentinels; ++i) many += ",a";
  EXPECT_TRUE(parse_redis_address(many + "/fleet"));
  EXPECT_FALSE(parse_redis_address(many + ",a/fleet"));
}

TEST(RedisAddressTest, Ports) {
  EXPECT_EQ(parse_port("1"), 1);
  EXPECT_EQ(parse_port("65535"), 65535);
  for (const char* none : {"", "0", "65536", "+1", "-1", "1 ", "x"}) {
    EXPECT_EQ(parse_port(none), std::nullopt) << none;
  }
}

TEST(RedisAddressTest, ASecretInItIsRefusedAndNotRepeated) {
  for (const std::string text :
       {"redis://:geheim@redis.test", "rediss://user:geheim@redis.test:6379/1", "geheim@redis.test",
        "redis+sentinel://user:geheim@a,b/fleet",
        // Not so plain: its @ is escaped, or forgotten.
        "redis://user:geheim%40redis.test", "redis://:geheim", "redis://user:geheim:redis.test",
        "redis://user:geheim/1", "redis://[user:geheim]", "redis://[::1]:geheim",
        "redis://[user:geheim", "redis+sentinel://a,user:geheim/fleet", "http://user:geheim",
        "user:geheim"}) {
    const auto read = parse_redis_address(text);
    ASSERT_FALSE(read) << text;
    const std::string& message = read.error().message;
    EXPECT_EQ(message.find("geheim"), std::string::npos) << message;
    EXPECT_EQ(message.find("user:"), std::string::npos) << message;
    EXPECT_NE(message.find("FANFETCH_FLEET_AUTH"), std::string::npos) << message;
    EXPECT_NE(message.find("--fleet-auth-file"), std::string::npos) << message;
  }
}

TEST(RedisAuthTest, UserAndPassword) {
  EXPECT_EQ(parse_redis_auth("geheim").value(), (RedisAuth{"", "geheim"}));
  EXPECT_EQ(parse_redis_auth("geheim\r\n").value(), (RedisAuth{"", "geheim"}));
  EXPECT_EQ(parse_redis_auth("node:ge:heim\n").value(), (RedisAuth{"node", "ge:heim"}));
  EXPECT_EQ(parse_redis_auth(":ge:heim").value(), (RedisAuth{"", "ge:heim"}));
  EXPECT_EQ(parse_redis_auth(" with blanks ").value(), (RedisAuth{"", " with blanks "}));
  EXPECT_TRUE(parse_redis_auth(std::string(kMaxRedisAuth, 'x') + "\r\n"));
  for (const std::string& text :
       {std::string(), std::string("\n"), std::string("node:"), std::string("geheim\ntwo\n"),
        std::string(kMaxRedisAuth + 1, 'x')}) {
    const auto auth = parse_redis_auth(text);
    ASSERT_FALSE(auth);
    EXPECT_EQ(auth.error().message.find("geheim"), std::string::npos) << auth.error().message;
  }
}

TEST(RedisAuthTest, AFileIsTheNearerWord) {
  const support::TempDir folder;
  const std::string file = folder.write("auth", "node:key\n");
  EXPECT_EQ(read_redis_auth("other", file).value(), (RedisAuth{"node", "key"}));
  EXPECT_EQ(read_redis_auth("other", "").value(), (RedisAuth{"", "other"}));
  EXPECT_TRUE(read_redis_auth(nullptr, "").value().is_empty());
  EXPECT_TRUE(read_redis_auth("", "").value().is_empty());
  const auto none = read_redis_auth("other", folder.at("none"));
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find(folder.at("none")), std::string::npos);
  const auto empty = read_redis_auth("other", folder.write("empty", "\n"));
  ASSERT_FALSE(empty);
  EXPECT_NE(empty.error().message.find("empty: it holds no password"), std::string::npos)
      << empty.error().message;
  EXPECT_FALSE(read_redis_auth("", folder.write("large", std::string(100'000, 'x'))));
  const auto odd = read_redis_auth("two\nlines", "");
  ASSERT_FALSE(odd);
  EXPECT_TRUE(odd.error().message.starts_with("FANFETCH_FLEET_AUTH: ")) << odd.error().message;
}

}  // namespace
}  // namespace fanfetch
