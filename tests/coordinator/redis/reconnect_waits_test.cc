#include "coordinator/redis/reconnect_waits.h"

#include <gtest/gtest.h>

#include <set>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Remedy = RedisRemedy;

constexpr Instant kNow{1000h};

TEST(ReconnectWaitsTest, WaitsDoubleUpToTheLongest) {
  ReconnectWaits waits(1);
  const std::chrono::milliseconds most[] = {200ms,  400ms,  800ms,    1600ms,
                                            3200ms, 6400ms, 10'000ms, 10'000ms};
  for (const auto limit : most) {
    const auto wait = waits.after(Remedy::reconnect, kNow);
    ASSERT_TRUE(wait);
    EXPECT_GE(*wait, limit / 2);
    EXPECT_LE(*wait, limit);
  }
}

TEST(ReconnectWaitsTest, NodesComeBackAtDifferentTimes) {
  std::set<Duration> waits;
  for (std::uint64_t node = 0; node < 100; ++node) {
    waits.insert(ReconnectWaits(node).after(Remedy::find_master, kNow).value());
  }
  EXPECT_GT(waits.size(), 95u);
}

TEST(ReconnectWaitsTest, OnlyAConnectionThatLastsBeginsAgain) {
  ReconnectWaits waits(1);
  for (int i = 0; i < 10; ++i) (void)waits.after(Remedy::reconnect, kNow);
  waits.connected(kNow);
  EXPECT_GE(waits.after(Remedy::reconnect, kNow + ReconnectWaits::kSettled - 1ms), 5s);
  waits.connected(kNow);
  EXPECT_LE(waits.after(Remedy::reconnect, kNow + ReconnectWaits::kSettled), 200ms);
  // A try that fails much later is no connection that lasted.
  EXPECT_GE(waits.after(Remedy::reconnect, kNow + 1h), 200ms);
}

TEST(ReconnectWaitsTest, WhatAPersonHasToMend) {
  ReconnectWaits fresh(1);
  EXPECT_EQ(fresh.after(Remedy::give_up, kNow), std::nullopt);
  EXPECT_TRUE(fresh.after(Remedy::reconnect, kNow));
  EXPECT_EQ(fresh.after(Remedy::give_up, kNow), std::nullopt) << "still never connected";
  fresh.connected(kNow);
  const auto wait = fresh.after(Remedy::give_up, kNow);
  ASSERT_TRUE(wait) << "somebody is at work on a server that did well";
  EXPECT_GE(*wait, ReconnectWaits::kLongest / 2);
}

}  // namespace
}  // namespace fanfetch
