#include "coordinator/schedule/refusal_ceiling.h"

#include <gtest/gtest.h>

#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using std::chrono::seconds;

constexpr unsigned kFirstAllowed = 16;

class RefusalCeilingTest : public ::testing::Test {
 protected:
  void answer_well(unsigned concurrent, unsigned times) {
    for (unsigned i = 0; i < times; ++i) ceiling_.on_healthy(concurrent);
  }
  /// Good responses at the cap, and enough time, for the first raise.
  void stay_calm() {
    answer_well(ceiling_.cap(), RefusalCeiling::kFirstCalm);
    now_ += RefusalCeiling::kFirstCalm * RefusalCeiling::kCalmTimePerResponse;
    ceiling_.raise_when_calm(now_);
  }

  RefusalCeiling ceiling_{kFirstAllowed};
  Instant now_ = kStart;
};

TEST_F(RefusalCeilingTest, WithoutARefusalAllThatTheUserAllowsMayBeUsed) {
  EXPECT_FALSE(ceiling_.is_known());
  EXPECT_EQ(ceiling_.cap(), kFirstAllowed);
  ceiling_.allow(20);
  EXPECT_EQ(ceiling_.cap(), 20u);
}

TEST_F(RefusalCeilingTest, TheCapIsOneLessThanWasRefused) {
  ceiling_.on_refused(7, now_);
  EXPECT_TRUE(ceiling_.is_known());
  EXPECT_EQ(ceiling_.cap(), 6u);
  ceiling_.on_refused(9, now_);
  EXPECT_EQ(ceiling_.cap(), 6u) << "more than that is no news";
  ceiling_.on_refused(1, now_);
  EXPECT_EQ(ceiling_.cap(), 1u) << "one request is always allowed";
}

TEST_F(RefusalCeilingTest, ANumberIsProvenBySeveralResponsesInARow) {
  EXPECT_TRUE(ceiling_.is_proven(1));
  answer_well(4, RefusalCeiling::kProofs - 1);
  EXPECT_FALSE(ceiling_.is_proven(4));
  answer_well(3, 1);
  EXPECT_TRUE(ceiling_.is_proven(3)) << "the lowest of them";
  EXPECT_FALSE(ceiling_.is_proven(4));
  answer_well(4, RefusalCeiling::kProofs);
  EXPECT_TRUE(ceiling_.is_proven(4));
}

TEST_F(RefusalCeilingTest, ARefusalDisprovesANumber) {
  answer_well(8, RefusalCeiling::kProofs);
  ceiling_.on_refused(6, now_);
  EXPECT_FALSE(ceiling_.is_proven(6));
  EXPECT_TRUE(ceiling_.is_proven(5));
}

TEST_F(RefusalCeilingTest, FurtherRefusalsOfAFlightLowerItToWhatIsNotProven) {
  answer_well(3, RefusalCeiling::kProofs);
  ceiling_.on_refused_too(4);
  EXPECT_FALSE(ceiling_.is_known()) << "it takes a first one";
  ceiling_.on_refused(10, now_);
  ceiling_.on_refused_too(12);
  EXPECT_EQ(ceiling_.cap(), 9u);
  ceiling_.on_refused_too(6);
  EXPECT_EQ(ceiling_.cap(), 5u);
  ceiling_.on_refused_too(3);
  EXPECT_EQ(ceiling_.cap(), 5u) << "3 are proven";
}

TEST_F(RefusalCeilingTest, ForgettingARefusalRestoresTheCeilingFromBefore) {
  ceiling_.on_refused(10, now_);
  ceiling_.on_refused(4, now_);
  ceiling_.forget_refusal();
  EXPECT_EQ(ceiling_.cap(), 9u);
}

TEST_F(RefusalCeilingTest, IsRaisedByOneAfterEnoughResponsesAndTime) {
  ceiling_.on_refused(7, now_);
  answer_well(6, RefusalCeiling::kFirstCalm);
  ceiling_.raise_when_calm(now_ + seconds(29));
  EXPECT_EQ(ceiling_.cap(), 6u) << "too early";
  ceiling_.raise_when_calm(now_ + seconds(30));
  EXPECT_EQ(ceiling_.cap(), 7u);
  answer_well(7, RefusalCeiling::kProofs);
  ceiling_.raise_when_calm(now_ + seconds(300));
  EXPECT_EQ(ceiling_.cap(), 7u) << "too few responses since";
}

TEST_F(RefusalCeilingTest, IsNotRaisedWhileTheCapIsNotProven) {
  ceiling_.on_refused(7, now_);
  answer_well(2, RefusalCeiling::kFirstCalm);
  ceiling_.raise_when_calm(now_ + seconds(300));
  EXPECT_EQ(ceiling_.cap(), 6u);
}

TEST_F(RefusalCeilingTest, ARaiseThatIsRefusedDoublesTheIntervalAndOneThatIsBorneHalvesIt) {
  ceiling_.on_refused(7, now_);
  stay_calm();
  ASSERT_EQ(ceiling_.cap(), 7u);
  ceiling_.on_refused(7, now_);
  ASSERT_EQ(ceiling_.cap(), 6u);
  stay_calm();
  EXPECT_EQ(ceiling_.cap(), 6u) << "twice as long";
  stay_calm();
  EXPECT_EQ(ceiling_.cap(), 7u);
  stay_calm();
  stay_calm();
  EXPECT_EQ(ceiling_.cap(), 8u) << "still twice as long, and halved from here on";
  stay_calm();
  EXPECT_EQ(ceiling_.cap(), 9u);
}

TEST_F(RefusalCeilingTest, ACeilingAboveWhatTheUserAllowsIsForgotten) {
  ceiling_.on_refused(kFirstAllowed + 1, now_);
  EXPECT_EQ(ceiling_.cap(), kFirstAllowed);
  stay_calm();
  EXPECT_FALSE(ceiling_.is_known());
}

}  // namespace
}  // namespace fanfetch
