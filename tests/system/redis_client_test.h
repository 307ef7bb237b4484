#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "coordinator/redis/redis_client.h"
#include "tests/support/fault_origin.h"
#include "tests/support/real_redis.h"

namespace fanfetch::system {

using namespace std::chrono_literals;
using support::RealRedis;
using Kind = RedisTroubleKind;
using Fate = RedisAnswer::Fate;

/// What a client tells its user.
struct Told final : RedisClient::User {
  void on_ready(const RedisServer& it) override {
    ++ready;
    server = it;
  }
  void on_restored(const RedisServer& it, RedisData now) override {
    ++restored;
    server = it;
    data = now;
  }
  void on_lost(const RedisTrouble& trouble, Duration) override { lost.push_back(trouble); }
  void on_failed(const RedisTrouble& trouble) override { failed = trouble; }

  [[nodiscard]] bool has_lost_by(Kind kind) const {
    for (const RedisTrouble& trouble : lost) {
      if (trouble.kind == kind) return true;
    }
    return false;
  }
  /// For messages of failed tests.
  [[nodiscard]] std::string words() const {
    std::string text = fmt::format("ready {}, restored {}", ready, restored);
    if (failed) text += "\nfailed: " + failed->sentence;
    for (const RedisTrouble& trouble : lost) text += "\nlost: " + trouble.sentence;
    return text;
  }

  int ready = 0, restored = 0;
  RedisServer server;
  RedisData data = RedisData::same;
  std::vector<RedisTrouble> lost;
  std::optional<RedisTrouble> failed;
};

/// A client on a loop of its own.
class RedisClientTest : public ::testing::Test {
 protected:
  RedisClient& open(const std::string& url) {
    const auto address = parse_redis_address(url);
    if (!address) throw std::runtime_error(address.error().message);
    client_.emplace(loop_, *address, access_, 1, told_);
    client_->start();
    return *client_;
  }
  /// Runs the loop until `condition` holds.
  void wait_until(const std::function<bool()>& condition, const char* what) {
    const auto limit = loop_.call_at(std::chrono::steady_clock::now() + support::kPatience, [&] {
      ADD_FAILURE() << "waited in vain until " << what << ": " << told_.words();
      loop_.stop();
    });
    // A first turn, even if nothing happens: an event or a time may be what it waits for.
    const auto turn = loop_.call_at(std::chrono::steady_clock::now(), [] {});
    loop_.run([&] {
      if (condition()) loop_.stop();
    });
    loop_.cancel(turn);
    loop_.cancel(limit);
  }
  /// The same for what is no event of the loop's: looks every few milliseconds.
  void poll_until(const std::function<bool()>& condition, const char* what) {
    std::optional<EventLoop::TimerKey> next;
    const std::function<void()> tick = [&] {
      next = loop_.call_at(std::chrono::steady_clock::now() + 5ms, tick);
    };
    tick();
    wait_until(condition, what);
    loop_.cancel(*next);
  }
  void open_ready(const std::string& url) {
    open(url);
    wait_until([this] { return told_.ready > 0 || told_.failed; }, "it is ready");
    ASSERT_EQ(told_.ready, 1) << told_.words();
  }
  /// Opens what has no use, and returns why.
  RedisTrouble refusal(const std::string& url) {
    told_ = {};
    open(url);
    wait_until([this] { return told_.ready > 0 || told_.failed; }, "it is refused");
    const RedisTrouble trouble = told_.failed.value_or(RedisTrouble{});
    EXPECT_FALSE(trouble.sentence.empty()) << told_.words();
    client_.reset();
    return trouble;
  }
  RedisAnswer ask(const std::vector<std::string>& words, Duration blocks = 0s) {
    std::optional<RedisAnswer> got;
    EXPECT_TRUE(client_->send(
        words, [&](RedisAnswer answer) { got = std::move(answer); }, blocks));
    wait_until([&] { return got.has_value(); }, "there is an answer");
    return got.value_or(RedisAnswer{});
  }

  EventLoop loop_;
  RedisAccess access_{.client_name = "fanfetch-test"};
  Told told_;
  std::optional<RedisClient> client_;
};

}  // namespace fanfetch::system
