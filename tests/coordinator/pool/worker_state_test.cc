#include "coordinator/pool/worker_state.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::seconds;
using State = WorkerState::State;
using Action = WorkerState::Action;

class WorkerStateTest : public ::testing::Test {
 protected:
  Action tick(std::uint64_t heartbeat, Duration after = WorkerState::kTick) {
    now_ += after;
    return worker_.on_tick(now_, heartbeat);
  }
  /// Ticks without a beat until something happens; returns how many it took.
  unsigned ticks_until_kill(std::uint64_t heartbeat) {
    for (unsigned count = 1; count < 1000; ++count) {
      if (tick(heartbeat) == Action::kill) return count;
    }
    return 0;
  }

  Instant now_{seconds(1000)};
  WorkerState worker_;
};

TEST_F(WorkerStateTest, ServesFromItsFirstBeatOn) {
  EXPECT_EQ(worker_.state(), State::starting);
  EXPECT_EQ(tick(0), Action::none);
  EXPECT_EQ(worker_.state(), State::starting);
  EXPECT_EQ(tick(1), Action::none);
  EXPECT_EQ(worker_.state(), State::serving);
}

TEST_F(WorkerStateTest, AHungOneIsKilledOnceAfter30Ticks) {
  (void)tick(1);
  EXPECT_EQ(ticks_until_kill(1), WorkerState::kHungTicks);
  EXPECT_EQ(worker_.state(), State::condemned);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(tick(1), Action::none);
}

TEST_F(WorkerStateTest, ABeatRestartsTheCount) {
  (void)tick(1);
  for (unsigned i = 0; i < WorkerState::kHungTicks - 1; ++i) ASSERT_EQ(tick(1), Action::none);
  EXPECT_EQ(tick(2), Action::none);
  EXPECT_EQ(ticks_until_kill(2), WorkerState::kHungTicks);
}

/// Ctrl-Z, a frozen container, a stalled disk: the coordinator did not run either.
TEST_F(WorkerStateTest, ALateTickRestartsTheCount) {
  (void)tick(1);
  for (unsigned i = 0; i < WorkerState::kHungTicks - 1; ++i) ASSERT_EQ(tick(1), Action::none);
  EXPECT_EQ(tick(1, seconds(3600)), Action::none);
  EXPECT_EQ(ticks_until_kill(1), WorkerState::kHungTicks);
}

TEST_F(WorkerStateTest, OneThatNeverBeatsIsKilledToo) {
  (void)tick(0);  // the first tick ever is late by nature
  EXPECT_EQ(ticks_until_kill(0), WorkerState::kHungTicks);
}

TEST_F(WorkerStateTest, ACorruptOneIsKilledOnce) {
  (void)tick(1);
  EXPECT_EQ(worker_.on_corrupt(), Action::kill);
  EXPECT_EQ(worker_.on_corrupt(), Action::none);
  EXPECT_EQ(worker_.on_death(now_, 1), Action::start);
}

TEST_F(WorkerStateTest, OneThatHasServedIsReplacedAtOnce) {
  (void)tick(1);
  EXPECT_EQ(worker_.on_death(now_, 5), Action::start);
  worker_.on_started();
  EXPECT_EQ(worker_.state(), State::starting);
  EXPECT_FALSE(worker_.hopeless());
}

TEST_F(WorkerStateTest, OneThatDiesBeforeItsFirstBeatRestsLongerEachTime) {
  Duration last{0};
  for (unsigned i = 1; i < WorkerState::kHopelessStarts; ++i) {
    ASSERT_EQ(worker_.on_death(now_, 0), Action::none);
    ASSERT_EQ(worker_.state(), State::resting);
    const Duration rest = worker_.rest_until() - now_;
    EXPECT_GT(rest, last);
    last = rest;
    EXPECT_FALSE(worker_.hopeless());
    EXPECT_EQ(tick(0, rest / 2), Action::none);
    EXPECT_EQ(tick(0, rest), Action::start);
    worker_.on_started();
  }
  (void)worker_.on_death(now_, 0);
  EXPECT_TRUE(worker_.hopeless());
}

TEST_F(WorkerStateTest, NoRestIsLongerThanHalfAMinute) {
  for (int i = 0; i < 50; ++i) {
    (void)worker_.on_death(now_, 0);
    worker_.on_started();
  }
  EXPECT_EQ(worker_.rest_until() - now_, seconds(30));
}

TEST_F(WorkerStateTest, APardonRestartsTheCount) {
  (void)tick(1);
  EXPECT_EQ(ticks_until_kill(1), WorkerState::kHungTicks);
  worker_.pardon();
  EXPECT_EQ(worker_.state(), State::serving);
  EXPECT_EQ(ticks_until_kill(1), WorkerState::kHungTicks);
}

TEST_F(WorkerStateTest, OneGoodStartForgivesTheFailedOnes) {
  for (unsigned i = 1; i < WorkerState::kHopelessStarts; ++i) {
    (void)worker_.on_death(now_, 0);
    worker_.on_started();
  }
  (void)tick(1);
  (void)worker_.on_death(now_, 0);
  EXPECT_FALSE(worker_.hopeless());
}

}  // namespace
}  // namespace fanfetch
