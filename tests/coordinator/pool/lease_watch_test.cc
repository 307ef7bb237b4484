#include "coordinator/pool/lease_watch.h"

#include <gtest/gtest.h>

#include <optional>

namespace fanfetch {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint32_t kSlot = 1;

TEST(LeaseLimits, AddASlackToTheTimeouts) {
  struct Row {
    milliseconds connect;
    seconds stall;
    milliseconds timeout;
    unsigned idle_ticks;
    unsigned active_ticks;
  };
  const Row rows[] = {
      {seconds(15), seconds(30), hours(1), 75, 3630},
      {milliseconds(1500), seconds(2), milliseconds(100), 34, 31},  // whole ticks, rounded up
      {seconds(15), seconds(30), milliseconds(0), 75, 0},
      {seconds(15), seconds(0), hours(1), 0, 3630},  // may stall for ever
      {seconds(0), seconds(30), hours(1), 0, 3630},  // may connect for ever
      {seconds(15), seconds(0), milliseconds(0), 0, 0},
      {seconds(0), seconds(0), milliseconds(0), 0, 0},
      {seconds(15), seconds(30), hours(24 * 365 * 1000), 75, 4'294'967'295u},
  };
  for (const Row& row : rows) {
    const LeaseLimits limits = lease_limits(row.connect, row.stall, row.timeout);
    EXPECT_EQ(limits.idle_ticks, row.idle_ticks) << row.connect.count() << ' ' << row.stall.count();
    EXPECT_EQ(limits.active_ticks, row.active_ticks) << row.timeout.count();
  }
}

class LeaseWatchTest : public ::testing::Test {
 protected:
  bool tick() { return watch_.on_tick(kSlot, generation_, progress_); }
  /// The first of `count` ticks at which the job was overdue; `before` runs before each.
  template <class Before>
  std::optional<int> first_overdue(int count, Before before) {
    for (int i = 1; i <= count; ++i) {
      before(i);
      if (tick()) return i;
    }
    return std::nullopt;
  }
  std::optional<int> first_overdue(int count) {
    return first_overdue(count, [](int) {});
  }

  LeaseWatch watch_{4, {.idle_ticks = 75, .active_ticks = 200}};
  std::uint32_t generation_ = 1;
  JobProgress progress_{.requests = 1};
};

TEST_F(LeaseWatchTest, OneThatDoesNotMoveIsOverdue) {
  EXPECT_FALSE(tick());  // the tick at which it is first seen
  EXPECT_EQ(first_overdue(1000), 75);
  EXPECT_TRUE(tick()) << "it stays so";
}

TEST_F(LeaseWatchTest, OneThatMovesNowAndThenIsOverdueOnlyByItsActiveTime) {
  (void)tick();
  EXPECT_EQ(first_overdue(1000, [&](int i) { progress_.bytes += i % 50 == 0 ? 1 : 0; }), 200);
}

TEST_F(LeaseWatchTest, AnotherJobInTheSlotStartsAfresh) {
  for (int job = 0; job < 10; ++job) {
    ++generation_;
    EXPECT_EQ(first_overdue(70), std::nullopt);
  }
}

TEST_F(LeaseWatchTest, ASecondRequestStartsAfresh) {
  (void)tick();
  EXPECT_EQ(first_overdue(190, [&](int) { ++progress_.bytes; }), std::nullopt);
  ++progress_.requests;
  EXPECT_FALSE(tick());
  EXPECT_EQ(first_overdue(1000, [&](int) { ++progress_.bytes; }), 200);
}

TEST_F(LeaseWatchTest, SlotsAreWatchedApart) {
  (void)tick();
  for (int i = 0; i < 74; ++i) {
    EXPECT_FALSE(tick());
    EXPECT_FALSE(watch_.on_tick(2, 1, {.bytes = static_cast<std::uint64_t>(i)}));
  }
  EXPECT_TRUE(tick());
  EXPECT_FALSE(watch_.on_tick(2, 1, {.bytes = 1000}));
}

TEST_F(LeaseWatchTest, TimeOnPauseDoesNotCount) {
  (void)tick();
  EXPECT_EQ(first_overdue(74), std::nullopt);
  progress_.paused = true;
  EXPECT_EQ(first_overdue(10'000), std::nullopt);
  progress_.paused = false;
  EXPECT_EQ(first_overdue(1000), 76) << "what it was let go on for is a move";
}

/// Ten minutes at a tenth of a --timeout of 2 m 50 s: a piece a second, and held in between. It is
/// seen now while it is held, now while it is not.
TEST_F(LeaseWatchTest, ADripUnderALimitOfTheRateIsNeverOverdue) {
  for (const bool seen_held : {false, true}) {
    watch_ = LeaseWatch(4, lease_limits(seconds(15), seconds(30), seconds(170)));
    progress_ = {.requests = 1};
    EXPECT_EQ(first_overdue(600,
                            [&](int) {
                              progress_.bytes += 1024;
                              ++progress_.holds;
                              progress_.paused = seen_held;
                            }),
              std::nullopt);
  }
}

/// A worker that is stuck in its own code holds nothing back any more.
TEST_F(LeaseWatchTest, AHoldLongAgoIsNoExcuse) {
  progress_.holds = 7;
  (void)tick();
  EXPECT_EQ(first_overdue(1000), 75);
}

TEST_F(LeaseWatchTest, WithoutLimitsNothingIsOverdue) {
  watch_ = LeaseWatch(4, {});
  EXPECT_EQ(first_overdue(100'000), std::nullopt);
}

TEST_F(LeaseWatchTest, EachLimitHoldsWithoutTheOther) {
  watch_ = LeaseWatch(4, {.idle_ticks = 40});
  (void)tick();
  EXPECT_EQ(first_overdue(1000), 40);
  watch_ = LeaseWatch(4, {.active_ticks = 50});
  (void)tick();
  EXPECT_EQ(first_overdue(1000), 50);
}

// --- What a captured worker may say ---

TEST_F(LeaseWatchTest, MoreRequestsThanAJobHasAreALie) {
  (void)tick();
  progress_.requests = 2;
  EXPECT_FALSE(tick());
  progress_.requests = 3;
  EXPECT_TRUE(tick());
}

TEST_F(LeaseWatchTest, RequestsThatAreTakenBackBuyNoTime) {
  (void)tick();
  const auto overdue = first_overdue(1000, [&](int i) {
    ++progress_.bytes;
    progress_.requests = static_cast<std::uint8_t>(i % 3);
  });
  ASSERT_TRUE(overdue);
  EXPECT_LE(*overdue, 202) << "the time of one request, once there have been two";
}

TEST_F(LeaseWatchTest, WithoutALimitNothingIsHeldBackOnceItHasBeenAskedFor) {
  watch_ = LeaseWatch(4, {.idle_ticks = 75, .active_ticks = 200, .may_hold = false});
  progress_ = {.paused = true};
  EXPECT_EQ(first_overdue(10'000), std::nullopt) << "it may wait for the check of an old part";
  const auto overdue = first_overdue(100'000);
  ASSERT_TRUE(overdue) << "but not for ever";
  EXPECT_EQ(*overdue, static_cast<int>(LeaseWatch::kLongestCheck) - 9'999);
  ++generation_;
  (void)tick();
  progress_.requests = 1;
  EXPECT_FALSE(tick());
  EXPECT_EQ(first_overdue(1000), 75);
  ++generation_;
  (void)tick();
  EXPECT_EQ(first_overdue(1000, [&](int) { ++progress_.holds; }), 200);
}

TEST_F(LeaseWatchTest, OneThatIsNeverStartedIsOverdue) {
  watch_ = LeaseWatch(4, {});
  for (unsigned i = 0; i < LeaseWatch::kQueuedTicks; ++i) {
    EXPECT_FALSE(watch_.on_queued_tick(kSlot, 1));
    EXPECT_FALSE(watch_.on_queued_tick(2, i + 1)) << "another job each time";
  }
  EXPECT_TRUE(watch_.on_queued_tick(kSlot, 1));
  EXPECT_FALSE(watch_.on_queued_tick(kSlot, 2));
}

TEST_F(LeaseWatchTest, OneThatWasStartedIsNotQueuedAgain) {
  watch_ = LeaseWatch(4, {});
  EXPECT_FALSE(watch_.on_queued_tick(kSlot, 1));
  EXPECT_FALSE(tick());
  EXPECT_TRUE(watch_.on_queued_tick(kSlot, 1));
  ++generation_;
  EXPECT_FALSE(watch_.on_queued_tick(kSlot, generation_));
}

}  // namespace
}  // namespace fanfetch
