#include "coordinator/process/service_messages.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Look = ServiceMessages::Look;

const Instant kStart{1000h};
constexpr const char* kMoreTime = "EXTEND_TIMEOUT_USEC=180000000\n";

TEST(ServiceMessages, AStartThatIsSlowAsksForMoreTimeAsLongAsItMoves) {
  ServiceMessages messages({});
  EXPECT_EQ(messages.starting(kStart), "");
  EXPECT_EQ(messages.starting(kStart + 5s - 1ms), "") << "nobody has to know of a fast one";
  const std::string asks = kMoreTime + std::string("STATUS=taking up what earlier runs left\n");
  EXPECT_EQ(messages.starting(kStart + 5s), asks);
  EXPECT_EQ(messages.starting(kStart + 10s - 1ms), "");
  EXPECT_EQ(messages.starting(kStart + 100s), asks);
}

TEST(ServiceMessages, SayOnceThatTheRunIsUpAndOnceThatItEnds) {
  ServiceMessages messages({});
  EXPECT_EQ(messages.running({.status = "1 saved"}, kStart), "READY=1\nSTATUS=1 saved\n");
  EXPECT_EQ(messages.running({.status = "1 saved"}, kStart + 1s), "");
  EXPECT_EQ(messages.running({.ending = true, .status = "2 saved"}, kStart + 2s),
            "STOPPING=1\nSTATUS=2 saved\n");
  EXPECT_EQ(messages.running({.ending = true, .status = "2 saved"}, kStart + 20s), "");
}

TEST(ServiceMessages, ARunThatEndsAtOnceHasBeenUp) {
  ServiceMessages messages({});
  EXPECT_EQ(messages.running({.ending = true}, kStart), "READY=1\nSTOPPING=1\n");
}

TEST(ServiceMessages, TheStatusChangesNowAndThen) {
  ServiceMessages messages({});
  (void)messages.running({.status = "1"}, kStart);
  EXPECT_EQ(messages.running({.status = "2"}, kStart + 5s - 1ms), "");
  EXPECT_EQ(messages.running({.status = "3"}, kStart + 5s), "STATUS=3\n");
  EXPECT_EQ(messages.running({.status = "3"}, kStart + 15s), "") << "which is known";
}

struct Row {
  const char* what;
  Look look;
  Duration after;  // the last sign of life, where `moves` was 7
  const char* lines;
};

class Watchdog : public ::testing::TestWithParam<Row> {};

TEST_P(Watchdog, HearsOfARunThatMovesOrIsIdle) {
  ServiceMessages messages(60s);
  EXPECT_EQ(messages.running({.moves = 7}, kStart), "READY=1\nWATCHDOG=1\n");
  EXPECT_EQ(messages.running(GetParam().look, kStart + GetParam().after), GetParam().lines);
}

INSTANTIATE_TEST_SUITE_P(
    All, Watchdog,
    ::testing::Values(Row{"NotBeforeHalfItsTime", {.moves = 8, .idle = true}, 30s - 1ms, ""},
                      Row{"Moved", {.moves = 8}, 30s, "WATCHDOG=1\n"},
                      Row{"Idle", {.moves = 7, .idle = true}, 30s, "WATCHDOG=1\n"},
                      Row{"Hung", {.moves = 7}, 30s, ""}, Row{"HungForLong", {.moves = 7}, 10h, ""},
                      Row{"LateButAlive", {.moves = 8}, 59s, "WATCHDOG=1\n"}),
    [](const auto& row) { return std::string(row.param.what); });

TEST(ServiceMessages, ALedgerThatIsHungFromTheFirstIsNoSignOfLife) {
  ServiceMessages messages(60s);
  EXPECT_EQ(messages.running({.moves = 0}, kStart), "READY=1\n");
  EXPECT_EQ(messages.running({.moves = 0}, kStart + 1h), "");
  EXPECT_EQ(messages.running({.moves = 1}, kStart + 1h), "WATCHDOG=1\n");
}

TEST(ServiceMessages, NobodyWatchesUnasked) {
  ServiceMessages messages({});
  EXPECT_EQ(messages.running({.moves = 7}, kStart), "READY=1\n");
  EXPECT_EQ(messages.running({.moves = 8}, kStart + 1h), "");
}

TEST(ServiceMessages, AnEndThatIsSlowAsksForMoreTimeAsLongAsItMoves) {
  ServiceMessages messages({});
  (void)messages.running({.moves = 7}, kStart);
  EXPECT_EQ(messages.running({.moves = 8}, kStart + 10s), "") << "it does not end yet";
  EXPECT_EQ(messages.running({.ending = true, .moves = 9}, kStart + 20s), "STOPPING=1\n");
  EXPECT_EQ(messages.running({.ending = true, .moves = 10}, kStart + 25s - 1ms), "");
  EXPECT_EQ(messages.running({.ending = true, .moves = 10}, kStart + 25s), kMoreTime);
  EXPECT_EQ(messages.running({.ending = true, .moves = 10}, kStart + 1h), "") << "it hangs";
  EXPECT_EQ(messages.running({.ending = true, .moves = 11}, kStart + 2h), kMoreTime);
}

TEST(ServiceMessages, ARunIsLookedAtSoOftenThatASignOfLifeIsInTime) {
  EXPECT_EQ(ServiceMessages({}).look_interval(), 1s);
  EXPECT_EQ(ServiceMessages(10min).look_interval(), 1s);
  EXPECT_EQ(ServiceMessages(2s).look_interval(), 500ms);
  EXPECT_EQ(ServiceMessages(1us).look_interval(), 20ms);
}

/// The manager is slow, or restarts.
TEST(ServiceMessages, WhatCouldNotBeSentIsSaidLater) {
  ServiceMessages messages(60s);
  const std::string first = "READY=1\nWATCHDOG=1\nSTATUS=1\n";
  EXPECT_EQ(messages.running({.idle = true, .status = "1"}, kStart), first);
  messages.not_sent();
  EXPECT_EQ(messages.running({.idle = true, .status = "1"}, kStart + 1s), first);
  EXPECT_EQ(messages.running({.ending = true, .status = "1"}, kStart + 2s), "STOPPING=1\n");
  messages.not_sent();
  messages.not_sent();
  EXPECT_EQ(messages.running({.ending = true, .status = "1"}, kStart + 3s), "STOPPING=1\n");
}

}  // namespace
}  // namespace fanfetch
