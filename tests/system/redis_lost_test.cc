// What the client of coordinator/redis does when a Redis is killed, frozen, full, demoted, or lies.

#include <sys/eventfd.h>
#include <sys/socket.h>

#include <algorithm>
#include <thread>

#include "common/unique_fd.h"
#include "tests/support/loopback.h"
#include "tests/support/processes.h"
#include "tests/system/redis_client_test.h"

namespace fanfetch::system {
namespace {

bool says(const RedisTrouble& trouble, std::string_view part) {
  return trouble.sentence.find(part) != std::string::npos;
}

/// Takes a client, reads something of it, says what it was given, and reads on until the client
/// hangs up.
class LyingRedis {
 public:
  explicit LyingRedis(std::string words, bool hangs_up = false)
      : listener_(support::listen_on_loopback(port_)), thread_([this, words, hangs_up] {
          const UniqueFd client = support::accept_unless(listener_.get(), stop_.get());
          if (!client.valid()) return;
          char buffer[4096];
          if (::recv(client.get(), buffer, sizeof buffer, 0) <= 0) return;
          support::send_all(client.get(), words);
          if (hangs_up) return;
          while (support::wait_for_either(client.get(), -1, stop_.get()) >= 0 &&
                 ::recv(client.get(), buffer, sizeof buffer, 0) > 0) {
          }
        }) {}
  LyingRedis(const LyingRedis&) = delete;
  LyingRedis& operator=(const LyingRedis&) = delete;
  ~LyingRedis() {
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  [[nodiscard]] std::string url() const { return fmt::format("redis://127.0.0.1:{}", port_); }

 private:
  const UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  std::thread thread_;
};

class RedisLostTest : public RedisClientTest {
 protected:
  /// Sends a command whose answer is put into `answer`.
  void send(const std::vector<std::string>& words, std::optional<RedisAnswer>& answer,
            Duration blocks = 0s) {
    ASSERT_TRUE(client_->send(
        words, [&](RedisAnswer it) { answer = std::move(it); }, blocks));
  }
  /// A round trip: the server has read all that was sent before.
  void wait_for_server() { ASSERT_TRUE(ask({"PING"}).is_good()); }
};

TEST_F(RedisLostTest, KilledAndStartedAgain) {
  RealRedis redis;
  open_ready(redis.url());
  const RedisServer before = told_.server;
  wait_for_server();
  std::optional<RedisAnswer> blocked;
  send({"BLPOP", "list", "0"}, blocked, 1h);
  poll_until([&] { return redis.ask("CLIENT LIST").find("cmd=blpop") != std::string::npos; },
             "the command blocks");
  redis.kill();
  wait_until([&] { return told_.has_lost_by(Kind::refused); }, "a try is refused");
  ASSERT_TRUE(blocked);
  EXPECT_EQ(blocked->fate, Fate::unknown);
  EXPECT_EQ(told_.lost.front().kind, Kind::closed) << told_.words();
  EXPECT_FALSE(client_->is_ready());
  EXPECT_FALSE(client_->send({"PING"}, [](const RedisAnswer&) {}));

  redis.start();
  wait_until([&] { return told_.restored > 0; }, "it is restored");
  EXPECT_EQ(told_.data, RedisData::may_have_lost);
  EXPECT_NE(told_.server.run_id, before.run_id);
  EXPECT_TRUE(ask({"PING"}).reply.is_text("PONG"));
  EXPECT_FALSE(told_.failed);
}

TEST_F(RedisLostTest, NobodyListens) {
  RealRedis redis;
  redis.kill();
  open(redis.url());
  wait_until([&] { return told_.lost.size() == 3; }, "three tries failed");
  EXPECT_TRUE(says(told_.lost.back(), "nobody listens at " + RealRedis::address()))
      << told_.words();
  redis.start();
  wait_until([&] { return told_.ready > 0; }, "it is ready");
}

TEST_F(RedisLostTest, FrozenAndThawed) {
  const RealRedis redis;
  access_.reply_timeout = 1s;
  access_.connect_timeout = 1s;
  open_ready(redis.url());
  told_.lost.clear();  // on a busy machine the first connection may take several tries
  redis.freeze();
  std::optional<RedisAnswer> answer;
  send({"SET", "a", "1"}, answer);
  wait_until([&] { return told_.lost.size() >= 2; }, "the silence is noticed twice");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->fate, Fate::unknown);
  EXPECT_EQ(told_.lost.front().kind, Kind::silent);
  EXPECT_TRUE(says(told_.lost.front(), "waited 1 s for a reply")) << told_.words();
  redis.thaw();
  wait_until([&] { return told_.restored > 0; }, "it is restored");
  EXPECT_EQ(told_.data, RedisData::same) << "it forgot nothing";
}

/// A command that might have blocked for an hour does not make those behind it wait so long.
TEST_F(RedisLostTest, SilenceBehindACommandThatBlocks) {
  const RealRedis redis;
  access_.reply_timeout = 500ms;
  for (const bool goes_first : {true, false}) {
    told_ = {};
    open_ready(redis.url());
    told_.lost.clear();
    std::optional<RedisAnswer> first, second;
    send({"BLPOP", "list", "0"}, first, 1h);
    // No command before it is watched any more.
    bool is_later = false;
    loop_.call_at(std::chrono::steady_clock::now() + access_.reply_timeout,
                  [&] { is_later = true; });
    wait_until([&] { return is_later; }, "only the blocking command is watched");
    if (!goes_first) send({"BLPOP", "nothing", "0"}, second);
    (void)redis.ask("RPUSH list a");
    wait_until([&] { return first.has_value(); }, "it blocks no longer");
    if (goes_first) send({"BLPOP", "nothing", "0"}, second);
    wait_until([&] { return !told_.lost.empty(); }, "the silence is noticed");
    ASSERT_TRUE(first && second) << goes_first;
    EXPECT_EQ(first->fate, Fate::answered);
    EXPECT_EQ(second->fate, Fate::unknown);
    EXPECT_EQ(told_.lost.front().kind, Kind::silent) << told_.words();
    client_.reset();
  }
}

TEST_F(RedisLostTest, WhatNeverLeftIsUnsent) {
  RealRedis redis;
  access_.most_waiting = 30'000'000;
  open_ready(redis.url());
  redis.freeze();
  std::vector<Fate> fates;
  int taken = 0;
  // More than the kernel's buffers hold on both sides.
  const std::string value(1'000'000, 'x');
  while (client_->send({"SET", "k", value},
                       [&](const RedisAnswer& it) { fates.push_back(it.fate); })) {
    ++taken;
  }
  EXPECT_EQ(taken, 30) << "more than may wait is refused";
  // The timer comes after the bytes that the kernel takes have gone.
  bool is_later = false;
  loop_.call_at(std::chrono::steady_clock::now() + 1ms, [&] { is_later = true; });
  wait_until([&] { return is_later; }, "the kernel has taken what it takes");
  redis.kill();
  wait_until([&] { return !told_.lost.empty(); }, "it is lost");
  ASSERT_EQ(fates.size(), static_cast<std::size_t>(taken));
  EXPECT_EQ(fates.front(), Fate::unknown);
  EXPECT_EQ(fates.back(), Fate::unsent);
  EXPECT_TRUE(std::is_sorted(fates.begin(), fates.end())) << "unknown ones come first";
}

TEST_F(RedisLostTest, FullMemoryIsAnAnswerAndNoEnd) {
  const RealRedis redis;
  open_ready(redis.url());
  ASSERT_TRUE(ask({"CONFIG", "SET", "maxmemory", "1"}).is_good());
  const RedisAnswer full = ask({"XADD", "s", "*", "a", "1"});
  EXPECT_EQ(full.fate, Fate::refused);
  EXPECT_EQ(full.trouble.kind, Kind::out_of_memory) << full.trouble.sentence;
  EXPECT_EQ(full.trouble.remedy, RedisRemedy::wait);
  // The same out of a script.
  EXPECT_EQ(
      ask({"EVAL", "return redis.call('xadd', KEYS[1], '*', 'a', '1')", "1", "s"}).trouble.kind,
      Kind::out_of_memory);
  ASSERT_TRUE(ask({"CONFIG", "SET", "maxmemory", "0"}).is_good());
  EXPECT_TRUE(ask({"XADD", "s", "*", "a", "1"}).is_good());
  EXPECT_TRUE(told_.lost.empty()) << told_.words();
}

TEST_F(RedisLostTest, WhatIsMissingCanBeMade) {
  const RealRedis redis;
  open_ready(redis.url());
  const RedisAnswer script = ask({"EVALSHA", std::string(40, 'a'), "0"});
  EXPECT_EQ(script.trouble.kind, Kind::no_script);
  const std::vector<std::string> read{"XREADGROUP", "GROUP", "g", "me", "STREAMS", "s", ">"};
  EXPECT_EQ(ask(read).trouble.kind, Kind::no_group);
  ASSERT_TRUE(ask({"XGROUP", "CREATE", "s", "g", "0", "MKSTREAM"}).is_good());
  EXPECT_EQ(ask({"XGROUP", "CREATE", "s", "g", "0"}).trouble.kind, Kind::group_exists);
  EXPECT_TRUE(ask(read).is_good());
  // The stream goes while somebody waits for it.
  std::optional<RedisAnswer> waiting;
  send({"XREADGROUP", "GROUP", "g", "me", "BLOCK", "0", "STREAMS", "s", ">"}, waiting, 1h);
  poll_until([&] { return redis.ask("CLIENT LIST").find("cmd=xreadgroup") != std::string::npos; },
             "the command blocks");
  (void)redis.ask("DEL s");
  wait_until([&] { return waiting.has_value(); }, "it is answered");
  EXPECT_EQ(waiting->trouble.kind, Kind::no_group) << waiting->trouble.sentence;
  ASSERT_TRUE(ask({"SET", "s", "1"}).is_good());
  EXPECT_EQ(ask(read).trouble.kind, Kind::wrong_type);
}

TEST_F(RedisLostTest, AReplicaIsNoServerForAFleet) {
  const RealRedis master;
  const RealRedis redis;
  open_ready(redis.url());
  wait_for_server();
  (void)redis.ask(fmt::format("REPLICAOF {} {}", RealRedis::address(), master.port()));
  const RedisAnswer answer = ask({"SET", "a", "1"});
  EXPECT_EQ(answer.fate, Fate::refused);
  EXPECT_EQ(answer.trouble.kind, Kind::read_only) << answer.trouble.sentence;
  wait_until([&] { return told_.lost.size() >= 2; }, "it is lost, and still a replica");
  EXPECT_EQ(told_.lost.front().kind, Kind::read_only) << told_.words();
  EXPECT_EQ(told_.lost.back().kind, Kind::read_only) << told_.words();
  (void)redis.ask("REPLICAOF NO ONE");
  wait_until([&] { return told_.restored > 0; }, "it is a master again");
  EXPECT_EQ(told_.data, RedisData::may_have_lost) << "its replication id is another one";
}

/// Two servers that trust each other, the second one a replica, and a Sentinel that watches them.
class RedisSentinelTest : public RedisLostTest {
 protected:
  RedisSentinelTest()
      : first_(config()),
        second_(config(fmt::format("replicaof {} {}", RealRedis::address(), first_.port()))),
        sentinel_(
            {fmt::format("sentinel monitor fleet {} {} 1", RealRedis::address(), first_.port()),
             "sentinel auth-pass fleet watch", "sentinel down-after-milliseconds fleet 500",
             "sentinel failover-timeout fleet 2000", "requirepass watch"},
            RealRedis::Kind::sentinel) {
    EXPECT_TRUE(support::eventually(
        [&] {
          const std::string text = ask_at(sentinel_, "SENTINEL REPLICAS fleet");
          return text.find("flags\nslave\n") != std::string::npos &&
                 text.find("master-link-status\nok\n") != std::string::npos;
        },
        support::kPatience));
    access_.auth = {"", "watch"};
  }

  static std::vector<std::string> config(const std::string& more = "") {
    // By itself a replica says that it is at the address that it connects from.
    return {"repl-diskless-sync-delay 0", "requirepass watch", "masterauth watch",
            "replica-announce-ip " + RealRedis::address(), more};
  }
  static std::string ask_at(const RealRedis& redis, const std::string& command) {
    return redis.ask("-a watch --no-auth-warning " + command);
  }
  [[nodiscard]] std::string address() const {
    return fmt::format("redis+sentinel://{0}:{1},{0}:{2}/fleet/2", RealRedis::address(), dead_port_,
                       sentinel_.port());
  }
  [[nodiscard]] bool is_at(const RealRedis& redis) {
    const RedisAnswer list = ask({"CLIENT", "LIST"});
    return list.reply.text.find(fmt::format("laddr={}:{}", RealRedis::address(), redis.port())) !=
           std::string::npos;
  }
  bool is_alone() {
    std::optional<bool> is;
    client_->ask_whether_alone([&](const auto& answer) {
      EXPECT_TRUE(answer) << answer.error().sentence;
      is = answer.value_or(false);
    });
    wait_until([&] { return is.has_value(); }, "there is an answer");
    return is.value_or(false);
  }

  const std::uint16_t dead_port_ = RealRedis::free_port();  // of another Sentinel
  RealRedis first_, second_;
  const RealRedis sentinel_;
};

TEST_F(RedisSentinelTest, ItNamesTheNextMaster) {
  open_ready(address());
  const RedisServer before = told_.server;
  ASSERT_TRUE(ask({"SET", "a", "1"}).is_good());
  first_.kill();
  wait_until([&] { return told_.restored > 0; }, "the other one is the master");
  EXPECT_EQ(told_.data, RedisData::may_have_lost);
  EXPECT_NE(told_.server.run_id, before.run_id);
  EXPECT_TRUE(is_at(second_));
}

TEST_F(RedisSentinelTest, AMasterIsAloneOnceNoReplicaIsHeard) {
  open_ready(address());
  EXPECT_FALSE(is_alone());
  (void)ask_at(second_, "CONFIG SET masterauth wrong");
  (void)ask_at(second_, "CLIENT KILL TYPE master");
  ASSERT_TRUE(support::eventually(
      [&] {
        return ask_at(first_, "INFO replication").find("connected_slaves:0") != std::string::npos;
      },
      support::kPatience));
  EXPECT_FALSE(is_alone()) << "it has left, and lives";
  second_.kill();
  EXPECT_TRUE(support::eventually([&] { return is_alone(); }, support::kPatience));
  EXPECT_EQ(told_.restored, 0);
}

TEST_F(RedisSentinelTest, AServerThatIsTheMasterNoMoreIsLeft) {
  const RealRedis other(config());
  open_ready(address());
  (void)ask_at(sentinel_, "SENTINEL REMOVE fleet");
  (void)ask_at(sentinel_,
               fmt::format("SENTINEL MONITOR fleet {} {} 1", RealRedis::address(), other.port()));
  (void)ask_at(sentinel_, "SENTINEL SET fleet auth-pass watch");
  EXPECT_FALSE(is_alone()) << "though nobody knows of a replica";
  wait_until([&] { return told_.restored > 0; }, "it is at the master");
  EXPECT_TRUE(is_at(other));
  EXPECT_TRUE(is_alone());
}

TEST_F(RedisSentinelTest, WhereNoSentinelAnswersNothingIsKnown) {
  open_ready(address());
  sentinel_.freeze();
  std::optional<tl::expected<bool, RedisTrouble>> said;
  client_->ask_whether_alone([&](auto answer) { said = std::move(answer); });
  wait_until([&] { return said.has_value(); }, "there is an answer");
  sentinel_.thaw();
  ASSERT_FALSE(*said);
  EXPECT_EQ(said->error().kind, Kind::no_master);
  // The connection that the question is about ends.
  second_.kill();
  EXPECT_TRUE(support::eventually([&] { return is_alone(); }, support::kPatience));
  std::optional<bool> is;
  client_->ask_whether_alone([&](const auto& answer) { is = answer.value_or(true); });
  (void)ask_at(first_, "CLIENT KILL TYPE normal");
  wait_until([&] { return is.has_value() && told_.restored > 0; }, "it is lost, and is back");
  EXPECT_EQ(is, false);
}

/// It may be cut off, and the others may have made another one the master.
TEST_F(RedisSentinelTest, ASentinelThatHearsTooFewOthersIsNotBelieved) {
  open_ready(address());
  second_.kill();
  EXPECT_TRUE(support::eventually([&] { return is_alone(); }, support::kPatience));
  (void)ask_at(sentinel_, "SENTINEL SET fleet quorum 2");
  std::optional<tl::expected<bool, RedisTrouble>> said;
  client_->ask_whether_alone([&](auto answer) { said = std::move(answer); });
  wait_until([&] { return said.has_value(); }, "there is an answer");
  ASSERT_FALSE(*said);
  EXPECT_NE(said->error().sentence.find("too few other Sentinels"), std::string::npos)
      << said->error().sentence;
}

TEST_F(RedisLostTest, AServerWithoutSentinelsIsAlone) {
  const RealRedis redis;
  open_ready(redis.url());
  bool is_alone = false;
  client_->ask_whether_alone([&](const auto& answer) { is_alone = answer.value_or(false); });
  EXPECT_TRUE(is_alone);
}

TEST_F(RedisLostTest, SentinelsThatDoNotHelp) {
  const RealRedis sentinel({}, RealRedis::Kind::sentinel);
  const auto url = [&](std::uint16_t port) {
    return fmt::format("redis+sentinel://{}:{}/fleet", RealRedis::address(), port);
  };
  const RedisTrouble unknown = refusal(url(sentinel.port()));
  EXPECT_EQ(unknown.kind, Kind::no_master);
  EXPECT_TRUE(says(unknown, "knows no server 'fleet'")) << unknown.sentence;
  EXPECT_TRUE(says(refusal(sentinel.url()), "is a Sentinel: name it as redis+sentinel://"));

  told_ = {};
  open(url(RealRedis::free_port()));
  wait_until([&] { return !told_.lost.empty(); }, "no Sentinel is there");
  EXPECT_EQ(told_.lost.front().kind, Kind::no_master);
  EXPECT_TRUE(says(told_.lost.front(), "nobody listens")) << told_.words();
}

TEST_F(RedisLostTest, WhatIsNoReplyEndsTheConnection) {
  access_.reply_limits = {.most_bytes = 1'000'000, .most_values = 1000};
  struct Case {
    std::string words, part;
    bool hangs_up = false;
  };
  const Case cases[] = {
      {"HTTP/1.1 400 Bad Request\r\n\r\n", "is not Redis' protocol"},
      {"+OK\r\n$2147483648\r\n" + std::string(1'100'000, 'x'), "a reply of more than"},
      {"+OK\r\n" + std::string(1'100'000, 'x'), "is not Redis' protocol"},
      {"+OK\r\n+" + std::string(100'000, 'x'), "a long line"},
      {"+OK\r\n*1000000\r\n", "a reply of more than"},
      {"+OK\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n", "is not Redis' protocol"},
      {"+OK\r\n+OK\r\n", "does not say its version"},
      {"+OK\r\n:7x\r\n", "is not Redis' protocol"},
      {"-DENIED Redis is running in protected mode\r\n", "protected mode", true},
  };
  for (const Case& each : cases) {
    const LyingRedis liar(each.words, each.hangs_up);
    const RedisTrouble trouble = refusal(liar.url());
    EXPECT_TRUE(says(trouble, each.part)) << trouble.sentence;
  }
  const LyingRedis few("+OK\r\n-ERR DB index is out of range\r\n", true);
  EXPECT_EQ(refusal(few.url() + "/5").kind, Kind::no_database);
  // A server of something else that takes each line for a command, and repeats it.
  access_.auth = {"", "S3cret"};
  const LyingRedis parrot("+OK\r\n+OK\r\n-ERR unknown command 'S3cret'\r\n");
  const RedisTrouble repeated = refusal(parrot.url());
  EXPECT_FALSE(says(repeated, "S3cret")) << repeated.sentence;
  access_.auth = {};

  told_ = {};
  const LyingRedis rude("", true);
  open(rude.url());
  wait_until([&] { return !told_.lost.empty(); }, "it hangs up");
  EXPECT_TRUE(says(told_.lost.front(), "before it said a word; if it speaks TLS")) << told_.words();
}

TEST_F(RedisLostTest, AnAnswerThatNobodyAskedForEndsTheConnection) {
  const std::string info =
      "redis_version:7.0.15\r\nrun_id:a\r\nmaster_replid:b\r\nrole:master\r\n"
      "maxmemory_policy:noeviction\r\n";
  const LyingRedis liar(fmt::format("+OK\r\n${}\r\n{}\r\n+and more\r\n", info.size(), info));
  open(liar.url());
  wait_until([&] { return !told_.lost.empty() || told_.failed; }, "it is lost");
  EXPECT_EQ(told_.ready, 1) << told_.words();
  EXPECT_TRUE(says(told_.lost.front(), "answers what was not asked")) << told_.words();
}

}  // namespace
}  // namespace fanfetch::system
