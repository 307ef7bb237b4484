// The client of coordinator/redis at work with a redis-server, and who it lets in.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "common/unique_fd.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"
#include "tests/system/redis_client_test.h"

namespace fanfetch::system {
namespace {

using support::Authority;
using support::TempDir;

bool says(const RedisTrouble& trouble, std::string_view part) {
  return trouble.sentence.find(part) != std::string::npos;
}

class RedisTest : public RedisClientTest {};

TEST_F(RedisTest, TellsWhoTheServerIsAndCarriesCommandsInOrder) {
  const RealRedis redis;
  open_ready(redis.url() + "/3");
  EXPECT_EQ(told_.server.run_id.size(), 40u);
  EXPECT_EQ(told_.server.replication_id.size(), 40u);
  EXPECT_EQ(told_.server.role, "master");

  std::vector<std::string> got;
  const std::string odd("\r\n\0$3\xff", 7);
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(client_->send({"ECHO", odd + std::to_string(i)}, [&](const RedisAnswer& answer) {
      got.push_back(answer.reply.text);
    }));
  }
  EXPECT_EQ(client_->pending(), 2000u);
  wait_until([&] { return got.size() == 2000; }, "all have replied");
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(got[i], odd + std::to_string(i));

  const RedisAnswer list = ask({"CLIENT", "LIST"});
  EXPECT_NE(list.reply.text.find("name=fanfetch-test"), std::string::npos) << list.reply.text;
  EXPECT_NE(list.reply.text.find("db=3"), std::string::npos) << list.reply.text;
  const RedisAnswer big = ask({"SET", "big", std::string(20'000'000, 'x')});
  EXPECT_TRUE(big.is_good());
  EXPECT_EQ(ask({"GET", "big"}).reply.text.size(), 20'000'000u);
}

TEST_F(RedisTest, ACommandMayBlockForLongerThanAReplyMayTake) {
  const RealRedis redis;
  access_.reply_timeout = 1s;
  open_ready(redis.url());
  told_.lost.clear();  // on a busy machine the first connection may take several tries
  const RedisAnswer answer = ask({"XREAD", "BLOCK", "1500", "STREAMS", "s", "$"}, 1min);
  EXPECT_EQ(answer.fate, Fate::answered) << told_.words();
  EXPECT_TRUE(answer.reply.is(RedisReply::Kind::nil));
  EXPECT_TRUE(told_.lost.empty()) << told_.words();
}

TEST_F(RedisTest, FinishWaitsForTheAnswers) {
  const RealRedis redis;
  open_ready(redis.url());
  int answered = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(client_->send(
        {"INCR", "n"}, [&](const RedisAnswer& answer) { answered += answer.is_good() ? 1 : 0; }));
  }
  bool closed = false;
  client_->finish([&] { closed = true; });
  EXPECT_FALSE(client_->send({"PING"}, [](const RedisAnswer&) {}));
  wait_until([&] { return closed; }, "it is closed");
  EXPECT_EQ(answered, 100);
  EXPECT_EQ(redis.ask("GET n"), "100\n");
}

TEST_F(RedisTest, ANameMayHaveAddressesThatAreDead) {
  const RealRedis redis;
  std::string asked;
  access_.lookup = [&](const std::string& host, auto done) {
    asked = host;
    done(std::vector<std::string>{"127.0.0.1", RealRedis::address()});
  };
  // Nobody listens at that port of 127.0.0.1: it was free at an address of our own.
  open_ready(fmt::format("redis://Redis.test.:{}", redis.port()));
  EXPECT_EQ(asked, "redis.test");
}

/// A Sentinel has two seconds, and its second address some of them.
TEST_F(RedisTest, ASilentAddressLeavesTimeForTheNext) {
  const RealRedis redis;
  // Its queue of connections is full, so that it does not answer others.
  const UniqueFd full(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in name{};
  name.sin_family = AF_INET;
  name.sin_port = htons(redis.port());
  ASSERT_EQ(::inet_pton(AF_INET, RealRedis::address().c_str(), &name.sin_addr), 1);
  name.sin_addr.s_addr ^= htonl(1 << 23);  // no other program's either
  const auto* generic = reinterpret_cast<const sockaddr*>(&name);
  ASSERT_EQ(::bind(full.get(), generic, sizeof name), 0);
  ASSERT_EQ(::listen(full.get(), 0), 0);
  const UniqueFd in_queue(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(::connect(in_queue.get(), generic, sizeof name), 0);
  access_.lookup = [silent = std::string(::inet_ntoa(name.sin_addr))](const auto&, auto done) {
    done(std::vector<std::string>{silent, RealRedis::address()});
  };
  access_.connect_timeout = 2s;
  open(fmt::format("redis://redis.test:{}", redis.port()));
  // On a busy machine it may take several tries.
  wait_until([this] { return told_.ready > 0 || told_.lost.size() > 5; }, "it is ready");
  EXPECT_EQ(told_.ready, 1) << told_.words();
}

TEST_F(RedisTest, ANameThatIsUnknownIsTriedAgain) {
  access_.lookup = [](const std::string&, auto done) { done(fail("no such host")); };
  open("redis://redis.test");
  wait_until([&] { return told_.lost.size() == 2; }, "two tries failed");
  EXPECT_TRUE(
      says(told_.lost.front(), "cannot look up Redis' host in redis.test:6379: no such host"))
      << told_.words();
}

TEST_F(RedisTest, PasswordsAndUsers) {
  const RealRedis redis({"requirepass door", "user node on >key ~ff:* +@all -flushall",
                         "user blind on >key ~ff:* +@all -info -client"});
  const auto with = [&](RedisAuth auth) { access_.auth = std::move(auth); };
  EXPECT_EQ(refusal(redis.url()).kind, Kind::wants_password);
  with({"", "wall"});
  const RedisTrouble wrong = refusal(redis.url());
  EXPECT_EQ(wrong.kind, Kind::wrong_password);
  EXPECT_TRUE(says(wrong, "FANFETCH_FLEET_AUTH")) << wrong.sentence;
  EXPECT_FALSE(says(wrong, "wall")) << wrong.sentence;
  with({"node", "door"});
  EXPECT_EQ(refusal(redis.url()).kind, Kind::wrong_password);
  with({"blind", "key"});
  const RedisTrouble blind = refusal(redis.url());
  EXPECT_EQ(blind.kind, Kind::forbidden);
  EXPECT_TRUE(says(blind, "info")) << blind.sentence;

  told_ = {};
  with({"node", "key"});
  open_ready(redis.url());
  const RedisAnswer refused = ask({"FLUSHALL"});
  EXPECT_EQ(refused.fate, Fate::refused);
  EXPECT_EQ(refused.trouble.kind, Kind::forbidden) << refused.trouble.sentence;
  EXPECT_EQ(ask({"SET", "other", "x"}).trouble.kind, Kind::forbidden);
  EXPECT_TRUE(ask({"SET", "ff:{J}:x", "x"}).is_good());
}

TEST_F(RedisTest, APasswordThatNobodyAskedFor) {
  const RealRedis redis;
  access_.auth = {"", "key"};
  EXPECT_EQ(refusal(redis.url()).kind, Kind::wrong_password);
}

/// Redis repeats the arguments of a command that it does not know.
TEST_F(RedisTest, AServerWithoutAuthGivesNoPasswordAway) {
  const RealRedis redis({"rename-command AUTH \"\""});
  access_.auth = {"node", "S3cret"};
  const RedisTrouble trouble = refusal(redis.url());
  EXPECT_EQ(trouble.kind, Kind::too_old) << trouble.sentence;
  EXPECT_TRUE(says(trouble, "(AUTH)")) << trouble.sentence;
  EXPECT_FALSE(says(trouble, "S3cret")) << trouble.sentence;
}

TEST_F(RedisTest, Tls) {
  const TempDir folder;
  Authority authority(folder.path());
  const auto own = authority.issue({.host = "IP:" + RealRedis::address()});
  const RealRedis redis({"tls-port {tls}", "tls-auth-clients no", "tls-cert-file " + own.cert,
                         "tls-key-file " + own.key, "tls-ca-cert-file " + authority.root()});
  const auto tls_url = fmt::format("rediss://{}:{}", RealRedis::address(), redis.tls_port());

  const std::string bundle = support::read_file(authority.root());
  const TlsTrust trust(bundle);
  access_.tls = &trust;
  open_ready(tls_url);
  EXPECT_TRUE(ask({"SET", "big", std::string(5'000'000, 'x')}).is_good());
  EXPECT_EQ(ask({"GET", "big"}).reply.text.size(), 5'000'000u);
  client_.reset();

  access_.connect_timeout = 500ms;
  told_ = {};
  // TLS towards the port without.
  open(fmt::format("rediss://{}:{}", RealRedis::address(), redis.port()));
  // On a busy machine it may take several tries to get as far as the handshake.
  wait_until(
      [&] {
        return !told_.lost.empty() &&
               says(told_.lost.back(), "if it speaks no TLS there, it is redis://");
      },
      "it is silent in the handshake");
  access_.connect_timeout = 10s;

  const TempDir other_folder;
  const std::string others = support::read_file(Authority(other_folder.path()).root());
  const TlsTrust other(others);
  access_.tls = &other;
  const RedisTrouble stranger = refusal(tls_url);
  EXPECT_EQ(stranger.kind, Kind::tls);
  EXPECT_TRUE(says(stranger, "--fleet-cacert")) << stranger.sentence;

  access_.tls = &trust;
  access_.lookup = [](const std::string&, auto done) { done(std::vector{RealRedis::address()}); };
  const RedisTrouble renamed = refusal(fmt::format("rediss://redis.test:{}", redis.tls_port()));
  EXPECT_EQ(renamed.kind, Kind::tls);
  EXPECT_TRUE(says(renamed, "for another host")) << renamed.sentence;

  access_.tls = nullptr;
  told_ = {};
  open(fmt::format("redis://{}:{}", RealRedis::address(), redis.tls_port()));
  wait_until([&] { return told_.failed || !told_.lost.empty(); }, "it is refused");
  const RedisTrouble mute = told_.failed ? *told_.failed : told_.lost.front();
  EXPECT_TRUE(says(mute, "rediss://")) << told_.words();
}

TEST_F(RedisTest, TlsIsNotForgotten) {
  const TlsTrust trust("");
  EXPECT_THROW(open("rediss://127.0.0.1"), std::invalid_argument);
  access_.tls = &trust;
  EXPECT_THROW(open("redis://127.0.0.1"), std::invalid_argument);
}

TEST_F(RedisTest, TlsThatWantsACertificateOfItsClients) {
  const TempDir folder;
  Authority authority(folder.path());
  const auto own = authority.issue({.host = "IP:" + RealRedis::address()});
  const RealRedis redis({"tls-port {tls}", "tls-cert-file " + own.cert, "tls-key-file " + own.key,
                         "tls-ca-cert-file " + authority.root()});
  const std::string bundle = support::read_file(authority.root());
  const TlsTrust trust(bundle);
  access_.tls = &trust;
  const RedisTrouble trouble =
      refusal(fmt::format("rediss://{}:{}", RealRedis::address(), redis.tls_port()));
  EXPECT_EQ(trouble.kind, Kind::tls);
  EXPECT_TRUE(says(trouble, "tls-auth-clients no")) << trouble.sentence;
}

TEST_F(RedisTest, ServersThatAFleetCannotUse) {
  const RealRedis redis({"databases 4"});
  EXPECT_EQ(refusal(redis.url() + "/4").kind, Kind::no_database);
  (void)redis.ask("CONFIG SET maxmemory-policy allkeys-lru");
  const RedisTrouble evicts = refusal(redis.url());
  EXPECT_EQ(evicts.kind, Kind::evicts);
  EXPECT_TRUE(says(evicts, "'allkeys-lru' and has to be 'noeviction'")) << evicts.sentence;
  (void)redis.ask("CONFIG SET maxmemory-policy noeviction");

  told_ = {};
  open_ready(redis.url());
  ASSERT_TRUE(ask({"CONFIG", "SET", "maxclients", "1"}).is_good());
  Told second;
  RedisClient other(loop_, *parse_redis_address(redis.url()), access_, 2, second);
  other.start();
  wait_until([&] { return !second.lost.empty(); }, "a second client is refused");
  EXPECT_EQ(second.lost.front().kind, Kind::too_many_clients) << second.words();
}

}  // namespace
}  // namespace fanfetch::system
