#include "coordinator/names/in_flight.h"

#include <gtest/gtest.h>

#include <thread>

namespace fanfetch {
namespace {

LinkId link(unsigned number) { return link_id(sha256(std::to_string(number))); }

class InFlightTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<std::uint64_t> find(unsigned number) {
    return in_flight_.find(link(number), generation_);
  }

  InFlight in_flight_;
  std::uint64_t generation_ = 0;
};

TEST_F(InFlightTest, KnowsWhereALinkStandsUntilItIsSettled) {
  EXPECT_EQ(find(1), std::nullopt);
  in_flight_.add(link(1), 10);
  in_flight_.add(link(1), 11);
  EXPECT_EQ(find(1), 10u) << "the first one's place";
  EXPECT_EQ(find(2), std::nullopt);
  EXPECT_EQ(in_flight_.size(), 1u);
  in_flight_.settled(link(1), 5, 5);
  EXPECT_EQ(find(1), std::nullopt);
  EXPECT_EQ(in_flight_.size(), 0u);
}

TEST_F(InFlightTest, ANameIsTakenOnce) {
  EXPECT_TRUE(in_flight_.take_name(5, generation_));
  EXPECT_FALSE(in_flight_.take_name(5, generation_));
  EXPECT_TRUE(in_flight_.take_name(6, generation_));
  in_flight_.give_back_name(5);
  EXPECT_TRUE(in_flight_.take_name(5, generation_));
  EXPECT_FALSE(in_flight_.take_name(6, generation_));
}

TEST_F(InFlightTest, ASettledLinksNameIsFree) {
  EXPECT_TRUE(in_flight_.take_name(5, generation_));
  in_flight_.add(link(1), 10);
  in_flight_.settled(link(1), 5, 5);
  EXPECT_TRUE(in_flight_.take_name(5, generation_));
}

TEST_F(InFlightTest, SoAreBothOfANameThatChanged) {
  in_flight_.add(link(1), 10);
  EXPECT_TRUE(in_flight_.take_name(5, generation_) && in_flight_.take_name(6, generation_));
  in_flight_.settled(link(1), 5, 6);
  EXPECT_TRUE(in_flight_.take_name(5, generation_) && in_flight_.take_name(6, generation_));
}

/// Rows that the plan makes without asking for a name (a line that is no URL) have key 0.
TEST_F(InFlightTest, WhatWasNeverOnItsWayFreesNoName) {
  EXPECT_TRUE(in_flight_.take_name(5, generation_));
  in_flight_.settled(link(1), 5, 5);
  EXPECT_FALSE(in_flight_.take_name(5, generation_));
}

TEST_F(InFlightTest, EverySettlementIsANewGeneration) {
  (void)find(1);
  const auto first = generation_;
  in_flight_.add(link(1), 10);
  (void)find(1);
  EXPECT_EQ(generation_, first);
  in_flight_.settled(link(1), 5, 5);
  (void)find(1);
  EXPECT_NE(generation_, first);
  const auto second = generation_;
  in_flight_.settled(link(9), 0, 0);
  (void)find(1);
  EXPECT_NE(generation_, second) << "its row is new, too";
}

/// The reader plans while the ledger settles.
TEST_F(InFlightTest, TwoThreadsShareIt) {
  constexpr unsigned kLinks = 5000;
  std::thread ledger([this] {
    std::uint64_t generation = 0;
    for (unsigned i = 0; i < kLinks; ++i) {
      while (!in_flight_.find(link(i), generation)) std::this_thread::yield();
      in_flight_.settled(link(i), i, i);
    }
  });
  for (unsigned i = 0; i < kLinks; ++i) {
    EXPECT_TRUE(in_flight_.take_name(i, generation_));
    in_flight_.add(link(i), i + 1);
  }
  ledger.join();
  EXPECT_EQ(in_flight_.size(), 0u);
  (void)find(1);
  EXPECT_EQ(generation_, kLinks);
  EXPECT_TRUE(in_flight_.take_name(kLinks - 1, generation_));
}

}  // namespace
}  // namespace fanfetch
