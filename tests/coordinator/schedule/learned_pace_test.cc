#include "coordinator/schedule/learned_pace.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::seconds;

class LearnedPaceTest : public ::testing::Test {
 protected:
  /// The rate after a first window of 100 requests in 60 s, one more of which was refused.
  double learn() {
    EXPECT_TRUE(pace_.on_refused(100, seconds(60), false));
    return pace_.rate();
  }
  void answer_well(int times) {
    for (int i = 0; i < times; ++i) pace_.on_healthy();
  }

  LearnedPace pace_;
};

TEST_F(LearnedPaceTest, IsNoLimitBeforeARefusal) {
  answer_well(1000);
  EXPECT_EQ(pace_.rate(), 0);
}

TEST_F(LearnedPaceTest, IsJustBelowWhatWasAccepted) { EXPECT_NEAR(learn(), 0.97 * 101 / 60, 1e-9); }

TEST_F(LearnedPaceTest, AFewAcceptedRequestsTeachNothing) {
  EXPECT_FALSE(pace_.on_refused(2, seconds(1), false));
  EXPECT_EQ(pace_.rate(), 0);
  EXPECT_TRUE(pace_.on_refused(3, seconds(1), false));
}

TEST_F(LearnedPaceTest, NoTimeAtAllIsNoDivisionByZero) {
  EXPECT_TRUE(pace_.on_refused(5, seconds(0), false));
  EXPECT_NEAR(pace_.rate(), 0.97 * 6 / 0.001, 1e-6);
}

TEST_F(LearnedPaceTest, GrowsInStepsUntilItIsRefused) {
  const double first = learn();
  answer_well(9);
  EXPECT_EQ(pace_.rate(), first);
  answer_well(1);
  EXPECT_NEAR(pace_.rate(), 1.02 * first, 1e-9);
  answer_well(10);
  EXPECT_NEAR(pace_.rate(), 1.02 * 1.04 * first, 1e-9) << "the next step is larger";
}

TEST_F(LearnedPaceTest, ARefusalAtThePaceLowersItByFivePercentAtLeastAndToAQuarterAtMost) {
  const double first = learn();
  EXPECT_TRUE(pace_.on_refused(1000, seconds(60), true));
  EXPECT_NEAR(pace_.rate(), 0.95 * first, 1e-9);
  EXPECT_TRUE(pace_.on_refused(0, seconds(600), true));
  EXPECT_NEAR(pace_.rate(), 0.25 * 0.95 * first, 1e-9);
}

TEST_F(LearnedPaceTest, StaysBelowARefusedRateAndTriesMoreAfterAWhile) {
  const double first = learn();
  ASSERT_TRUE(pace_.on_refused(1000, seconds(60), true));
  EXPECT_FALSE(pace_.is_at_its_limit());
  answer_well(20);
  EXPECT_NEAR(pace_.rate(), 0.97 * first, 1e-9);
  EXPECT_TRUE(pace_.is_at_its_limit());
  answer_well(299);
  EXPECT_NEAR(pace_.rate(), 0.97 * first, 1e-9);
  answer_well(1 + 30);
  EXPECT_NEAR(pace_.rate(), 0.97 * 1.04 * first, 1e-9);
}

}  // namespace
}  // namespace fanfetch
