#include "coordinator/schedule/throughput_knee.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr unsigned kMostAllowed = 64;

/// A limit that follows the knee as ConcurrencyLimit does, on a host whose latency depends on it.
class ThroughputKneeTest : public ::testing::Test {
 protected:
  using Latency = std::function<double(unsigned concurrent)>;

  /// Throughput grows up to `knee`, and stays the same beyond.
  static Latency flat_beyond(unsigned knee) {
    return [knee](unsigned n) { return n <= knee ? 0.1 : 0.1 * n / knee; };
  }

  void answer(unsigned responses, const Latency& latency, unsigned cap = kMostAllowed) {
    for (unsigned i = 0; i < responses; ++i) {
      const unsigned goal = std::min(knee_.level(), cap);
      if (limit_ < goal) ++limit_;
      limit_ = std::min(limit_, goal);
      if (limit_ == goal) knee_.on_level_reached(now_);
      now_ += milliseconds(10);
      const bool changed = knee_.measure(
          {.began = now_, .concurrent = limit_, .work = 1, .seconds = latency(limit_)}, limit_, cap,
          now_);
      if (changed) limit_ = std::min({limit_, knee_.level(), cap});
      highest_ = std::max(highest_, limit_);
    }
  }

  unsigned limit_ = 4;
  unsigned highest_ = 0;
  Instant now_ = kStart;
  ThroughputKnee knee_{4, kMostAllowed};
};

TEST_F(ThroughputKneeTest, BeginsWithATrialOfTwiceAsMany) {
  EXPECT_EQ(knee_.level(), 8u);
  EXPECT_EQ(ThroughputKnee(4, 6).level(), 6u);
}

TEST_F(ThroughputKneeTest, DoublesWhileThatPays) {
  answer(400, [](unsigned) { return 0.1; });
  EXPECT_EQ(limit_, kMostAllowed);
}

TEST_F(ThroughputKneeTest, StaysWhereMoreBringsNothing) {
  answer(60, flat_beyond(8));
  EXPECT_EQ(knee_.level(), 8u);
  EXPECT_EQ(highest_, 16u) << "what was tried in vain";
}

TEST_F(ThroughputKneeTest, TriesAQuarterMoreFromTimeToTime) {
  answer(60, flat_beyond(8));
  highest_ = 0;
  answer(10'000, flat_beyond(8));
  EXPECT_EQ(highest_, 10u);
  answer(20'000, flat_beyond(12));
  EXPECT_GE(knee_.level(), 10u) << "the host bears more than before";
}

TEST_F(ThroughputKneeTest, TriesFewerWhereMoreBringsLess) {
  answer(20'000, [](unsigned n) { return 0.1 * (1 + (n / 3.0) * (n / 3.0)); });
  EXPECT_LE(knee_.level(), 4u);
  EXPECT_GE(knee_.level(), 2u);
}

TEST_F(ThroughputKneeTest, ATrialAboveTheCapEnds) {
  answer(1, flat_beyond(64), 5);
  EXPECT_EQ(knee_.level(), 4u);
}

TEST_F(ThroughputKneeTest, ResponsesFromBeforeTheLevelWasReachedDoNotCount) {
  limit_ = 8;
  knee_.on_level_reached(now_);
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(
        knee_.measure({.began = now_ - seconds(1), .concurrent = 8, .work = 1, .seconds = 1}, 8,
                      kMostAllowed, now_));
  }
  EXPECT_EQ(knee_.level(), 8u) << "still on trial";
}

TEST_F(ThroughputKneeTest, AfterAHalvingTheTrialBeginsAgain) {
  limit_ = 8;
  knee_.on_level_reached(now_);
  answer(3, flat_beyond(64));
  knee_.on_limit_halved();
  limit_ = 4;
  answer(3, flat_beyond(64));  // 5, 6 and 7
  EXPECT_EQ(knee_.level(), 8u);
  answer(5, flat_beyond(64));
  EXPECT_EQ(knee_.level(), 16u);
}

TEST_F(ThroughputKneeTest, AHostWithLessToDoThanItMayShowsNothing) {
  answer(60, flat_beyond(8));
  ASSERT_EQ(knee_.level(), 8u);
  for (int i = 0; i < 1000; ++i) {
    EXPECT_FALSE(knee_.measure({.began = now_, .concurrent = 2, .work = 1, .seconds = 0.1}, limit_,
                               kMostAllowed, now_));
  }
  EXPECT_EQ(knee_.level(), 8u) << "no trial was begun";
}

TEST_F(ThroughputKneeTest, MoreThatTheUserAllowsExtendsTheFirstTrial) {
  ThroughputKnee knee(4, 6);
  knee.allow(20);
  EXPECT_EQ(knee.level(), 8u);
}

}  // namespace
}  // namespace fanfetch
