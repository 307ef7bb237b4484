#include "worker/pace/patience.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Verdict = Patience::Verdict;

class PatienceTest : public ::testing::Test {
 protected:
  /// So many seconds, each with `bytes`, as long as all is well. Returns the last verdict.
  Verdict live(int seconds, std::uint64_t bytes) {
    Verdict verdict = Verdict::go_on;
    for (int i = 0; i < seconds && verdict == Verdict::go_on; ++i) {
      now_ += 1s;
      patience_.received(bytes);
      verdict = patience_.judge(now_);
    }
    return verdict;
  }

  Instant now_{1000s};
  Patience patience_{{.timeout = 100s, .stall_timeout = 30s, .min_speed = 1000}, now_};
};

TEST_F(PatienceTest, SilenceIsAStall) {
  EXPECT_EQ(live(29, 0), Verdict::go_on);
  EXPECT_EQ(live(1, 0), Verdict::stall);
}

TEST_F(PatienceTest, SlowerThanTheMinimumIsAStall) {
  EXPECT_EQ(live(29, 900), Verdict::go_on);
  EXPECT_EQ(live(1, 900), Verdict::stall);
}

TEST_F(PatienceTest, ASilenceBehindALotIsAStallAllTheSame) {
  EXPECT_EQ(live(10, 1'000'000), Verdict::go_on);
  EXPECT_EQ(live(30, 0), Verdict::stall);
}

TEST_F(PatienceTest, SlowButSteadyEndsWithTheTimeout) {
  EXPECT_EQ(live(99, 1000), Verdict::go_on);
  EXPECT_EQ(live(1, 1000), Verdict::timeout);
}

TEST_F(PatienceTest, TimeThatItWasHeldCountsForNothing) {
  for (int i = 0; i < 100; ++i) {
    patience_.hold(now_);
    now_ += 60s;
    EXPECT_EQ(patience_.judge(now_), Verdict::go_on);
    patience_.go_on(now_);
    patience_.received(100);
  }
  EXPECT_EQ(live(29, 0), Verdict::go_on);
  EXPECT_EQ(live(1, 0), Verdict::stall);
}

TEST_F(PatienceTest, ZeroIsNoLimit) {
  patience_ = Patience({}, now_);
  EXPECT_EQ(live(100'000, 0), Verdict::go_on);
}

}  // namespace
}  // namespace fanfetch
