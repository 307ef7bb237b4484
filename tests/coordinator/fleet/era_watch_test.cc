#include "coordinator/fleet/era_watch.h"

#include <gtest/gtest.h>

#include "tests/coordinator/fleet/lease_moments.h"

namespace fanfetch {
namespace {

using std::chrono::seconds;

constexpr Duration kWait = seconds(40);
const ServerId kServer{.run_id = "r1", .replication_id = "m1"};
const ServerId kRestarted{.run_id = "r2", .replication_id = "m1"};
const ServerId kPromotedAgain{.run_id = "r1", .replication_id = "m2"};

Era closed_era(const ServerId& server, const char* nonce = "n") { return {server, nonce, false}; }
Era open_era(const ServerId& server, const char* nonce = "n") { return {server, nonce, true}; }

TEST(EraWatch, NothingIsTakenBeforeRedisWasAsked) {
  const EraWatch watch(kWait);
  EXPECT_FALSE(watch.may_take());
  EXPECT_EQ(watch.record_from(), std::nullopt);
}

TEST(EraWatch, AJobThatWasBornHere) {
  EraWatch watch(kWait);
  watch.on_seen(kServer, open_era(kServer), at(0));
  EXPECT_TRUE(watch.may_take());
  EXPECT_EQ(watch.record_from(), std::nullopt);
  EXPECT_EQ(watch.recorded(), open_era(kServer));
}

TEST(EraWatch, WhatDoesNotFitTheServerIsClosedAtOnce) {
  const struct {
    ServerId server;
    std::optional<Era> recorded;
  } losses[] = {{kRestarted, open_era(kServer)},
                {kPromotedAgain, open_era(kServer)},
                {kRestarted, closed_era(kServer)},
                {kServer, std::nullopt}};
  for (const bool is_new : {true, false}) {
    for (const auto& [server, recorded] : losses) {
      EraWatch watch(kWait);
      if (!is_new) watch.on_seen(kServer, open_era(kServer), at(0));
      watch.on_seen(server, recorded, at(10));
      EXPECT_FALSE(watch.may_take());
      EXPECT_EQ(watch.record_from(), at(10));
      EXPECT_FALSE(watch.opens());
      EXPECT_EQ(watch.recorded(), recorded);
      EXPECT_EQ(watch.to_record("2"), closed_era(server, "2"));
    }
  }
}

TEST(EraWatch, AClosedEraIsOpenedAfterTheWait) {
  EraWatch watch(kWait);
  watch.on_seen(kRestarted, closed_era(kRestarted, "2"), at(10));
  watch.on_seen(kRestarted, closed_era(kRestarted, "2"), at(30));
  EXPECT_FALSE(watch.may_take());
  EXPECT_TRUE(watch.opens());
  EXPECT_EQ(watch.record_from(), at(50));
  EXPECT_EQ(watch.to_record("3"), open_era(kRestarted, "2"));
  // This node, or one that has waited for longer.
  watch.on_seen(kRestarted, open_era(kRestarted, "2"), at(40));
  EXPECT_TRUE(watch.may_take());
  EXPECT_EQ(watch.record_from(), std::nullopt);
}

/// A lease that outlived the first loss may be lost by the second one.
TEST(EraWatch, EachLossIsWaitedForFromItsOwnBeginning) {
  EraWatch watch(kWait);
  watch.on_seen(kServer, closed_era(kServer, "2"), at(0));
  watch.on_seen(kServer, closed_era(kServer, "3"),
                at(30));  // FLUSHALL, and another node saw it first
  EXPECT_EQ(watch.record_from(), at(70));
  watch.on_seen(kRestarted, closed_era(kServer, "3"), at(60));
  EXPECT_FALSE(watch.opens());
  watch.on_seen(kRestarted, closed_era(kRestarted, "4"), at(61));
  EXPECT_EQ(watch.record_from(), at(101));
}

TEST(EraWatch, ARefusedRequestMeansAsking) {
  EraWatch watch(kWait);
  watch.on_seen(kServer, open_era(kServer), at(0));
  watch.on_refused();
  EXPECT_FALSE(watch.may_take());
  EXPECT_EQ(watch.record_from(), std::nullopt);
  watch.on_seen(kServer, open_era(kServer), at(1));
  EXPECT_TRUE(watch.may_take());
}

}  // namespace
}  // namespace fanfetch
