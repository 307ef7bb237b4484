#include "coordinator/fleet/read_plan.h"

#include <gtest/gtest.h>

#include <map>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

/// A node, and a Redis that has some links of some partitions.
class ReadPlanTest : public testing::Test {
 protected:
  static constexpr unsigned kPartitions = 1000;
  static constexpr std::size_t kRoom = 2000;

  void begin_all() {
    for (unsigned one = 0; one < kPartitions; ++one) plan_.begin(one, now_);
  }
  /// Asks once, when it is time to, and takes the answer at once.
  std::map<unsigned, std::size_t> ask() {
    now_ = std::max(now_, plan_.wake_at());
    std::map<unsigned, std::size_t> asked;
    for (const auto& [partition, most] : plan_.next(now_, [this](unsigned) { return room_; })) {
      asked[partition] = most;
      const std::size_t got = std::min(links_[partition], most);
      links_[partition] -= got;
      if (got > 0) plan_.on_links(partition, got, now_);
    }
    plan_.on_answered(now_);
    ++questions_;
    return asked;
  }
  /// Asks until `time` is over.
  void ask_for(Duration time) {
    for (const Instant end = now_ + time; plan_.wake_at() < end;) (void)ask();
  }
  [[nodiscard]] Duration took() const { return now_ - kStart; }

  static constexpr Instant kStart = Instant(1000s);
  Instant now_ = kStart;
  std::size_t room_ = kRoom;
  std::map<unsigned, std::size_t> links_;
  int questions_ = 0;
  ReadPlan plan_{kPartitions};
};

TEST_F(ReadPlanTest, ALonelyLinkIsFoundAtOnce) {
  links_[999] = 1;
  begin_all();
  while (links_[999] > 0) (void)ask();
  EXPECT_EQ(4, questions_) << "each of them names some hundred partitions";
  EXPECT_EQ(0ms, took());
}

TEST_F(ReadPlanTest, NoQuestionNamesTooManyPartitions) {
  for (unsigned one = 0; one < kPartitions; ++one) links_[one] = 10'000;
  begin_all();
  for (int i = 0; i < 100; ++i) EXPECT_LE(ask().size(), ReadPlan::kMostPartitions);
  for (const auto& [partition, left] : links_) EXPECT_LT(left, 10'000u) << partition;
}

TEST_F(ReadPlanTest, AHostThatIsAloneIsReadInLargePieces) {
  links_[7] = 10'000;
  begin_all();
  while (links_[7] > 0) (void)ask();
  EXPECT_LE(questions_, 30);
  EXPECT_LT(took(), 1ms) << "it never rests";
}

TEST_F(ReadPlanTest, NoMoreIsAskedForThanThereIsRoom) {
  room_ = 3;
  links_[7] = 5;
  begin_all();
  for (int i = 0; i < 10; ++i) {
    for (const auto& [partition, most] : ask()) EXPECT_EQ(3u, most) << partition;
  }
}

TEST_F(ReadPlanTest, WithoutRoomItAsksNothingAndDoesNotSpin) {
  links_[7] = 10'000;
  begin_all();
  ask_for(10ms);
  room_ = 0;
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(plan_.next(std::max(now_, plan_.wake_at()), [](unsigned) { return 0; }).empty());
  }
  EXPECT_GT(plan_.wake_at(), now_);
  plan_.hurry(now_);
  room_ = 1;
  EXPECT_EQ(1u, ask()[7]) << "as soon as there is some";
}

TEST_F(ReadPlanTest, AnIdleNodeAsksLessAndLess) {
  begin_all();
  ask_for(2s);
  questions_ = 0;
  ask_for(10s);
  EXPECT_LE(questions_, 4 * 20) << "a sweep of four questions, twice a second";
  EXPECT_GE(questions_, 4 * 18);
}

/// The driver sends the next links of a host when some have their results.
TEST_F(ReadPlanTest, WhereLinksCameTheNextOnesAreSeenSoon) {
  begin_all();
  ask_for(5s);
  for (int i = 0; i < 20; ++i) {
    links_[7] = 100;
    const Instant came = now_;
    while (links_[7] > 0) (void)ask();
    EXPECT_TRUE(i == 0 || now_ - came <= ReadPlan::kLongestRest) << i;
    ask_for(300ms);
  }
}

TEST_F(ReadPlanTest, ATrickleIsNotPolledAtFullSpeed) {
  begin_all();
  ask_for(1s);
  questions_ = 0;
  for (const Instant end = now_ + 1s; now_ < end;) {
    links_[7] = 1;  // there always is one
    (void)ask();
  }
  EXPECT_LE(questions_, 600);
}

TEST_F(ReadPlanTest, ANewHostIsFoundWhileAnotherOneIsBusy) {
  begin_all();
  links_[7] = 1'000'000;
  ask_for(1ms);
  links_[900] = 1;
  const Instant came = now_;
  while (links_[900] > 0) {
    (void)ask();
    now_ += 1ms;  // which an answer takes
    ASSERT_LT(now_ - came, 1s);
  }
}

TEST_F(ReadPlanTest, WhatIsNotItsOwnIsNotAskedFor) {
  begin_all();
  links_[7] = 10'000;
  ask_for(1ms);
  plan_.end(7);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(ask().contains(7));
  plan_.begin(7, now_);
  const Instant came = now_;
  while (!ask().contains(7)) EXPECT_EQ(came, now_) << "a sweep begins at once";
}

}  // namespace
}  // namespace fanfetch
