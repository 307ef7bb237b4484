#include "worker/pace/transfer_deadlines.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Verdict = TransferDeadlines::Verdict;

class TransferDeadlinesTest : public ::testing::Test {
 protected:
  TransferDeadlinesTest() { deadlines_.request(now_); }

  /// That many seconds, each with `bytes`, as long as all is well. Returns the last verdict.
  Verdict live(int seconds, std::uint64_t bytes) {
    Verdict verdict = Verdict::in_time;
    for (int i = 0; i < seconds && verdict == Verdict::in_time; ++i) {
      now_ += 1s;
      deadlines_.received(bytes);
      verdict = deadlines_.judge(now_);
    }
    return verdict;
  }

  Instant now_{1000s};
  TransferDeadlines deadlines_{{.timeout = 100s, .stall_timeout = 30s, .min_speed = 1000}, now_};
};

TEST_F(TransferDeadlinesTest, SilenceIsAStall) {
  EXPECT_EQ(live(29, 0), Verdict::in_time);
  EXPECT_EQ(live(1, 0), Verdict::stall);
  EXPECT_TRUE(deadlines_.is_silent());
}

TEST_F(TransferDeadlinesTest, TheTimeToConnectIsNoStall) {
  deadlines_ = {{.timeout = 100s, .stall_timeout = 30s, .min_speed = 1000}, now_};
  EXPECT_EQ(live(60, 0), Verdict::in_time);
  deadlines_.request(now_);
  EXPECT_EQ(live(29, 0), Verdict::in_time);
  EXPECT_EQ(live(1, 0), Verdict::stall);
}

TEST_F(TransferDeadlinesTest, SaysWhenTheWholeIsDue) {
  EXPECT_EQ(deadlines_.due(), now_ + 100s);
  const Instant start = now_;
  now_ += 10s;
  deadlines_.hold(now_);
  EXPECT_EQ(deadlines_.due(), std::nullopt);
  EXPECT_TRUE(deadlines_.was_held());
  now_ += 5s;
  deadlines_.resume(now_);
  EXPECT_EQ(deadlines_.due(), start + 105s);
}

TEST_F(TransferDeadlinesTest, SlowerThanTheMinimumIsAStall) {
  EXPECT_EQ(live(29, 900), Verdict::in_time);
  EXPECT_EQ(live(1, 900), Verdict::stall);
  EXPECT_FALSE(deadlines_.is_silent());
}

TEST_F(TransferDeadlinesTest, ASilenceBehindALotIsAStallAllTheSame) {
  EXPECT_EQ(live(10, 1'000'000), Verdict::in_time);
  EXPECT_EQ(live(30, 0), Verdict::stall);
}

TEST_F(TransferDeadlinesTest, SlowButSteadyEndsWithTheTimeout) {
  EXPECT_EQ(live(99, 1000), Verdict::in_time);
  EXPECT_EQ(live(1, 1000), Verdict::timeout);
}

TEST_F(TransferDeadlinesTest, TimeThatItWasHeldCountsForNothing) {
  for (int i = 0; i < 100; ++i) {
    deadlines_.hold(now_);
    now_ += 60s;
    EXPECT_EQ(deadlines_.judge(now_), Verdict::in_time);
    deadlines_.resume(now_);
    deadlines_.received(100);
  }
  EXPECT_EQ(live(29, 0), Verdict::in_time);
  EXPECT_EQ(live(1, 0), Verdict::stall);
}

TEST_F(TransferDeadlinesTest, ZeroIsNoLimit) {
  deadlines_ = TransferDeadlines({}, now_);
  EXPECT_EQ(live(100'000, 0), Verdict::in_time);
}

}  // namespace
}  // namespace fanfetch
