#include "coordinator/pool/worker_state.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::seconds;
using State = WorkerState::State;
using Action = WorkerState::Action;

class WorkerStateTest : public ::testing::Test {
 protected:
  WorkerStateTest() { worker_.on_started(now_); }
  Action tick(std::uint64_t heartbeat, Duration after = WorkerState::kTick) {
    now_ += after;
    return worker_.on_tick(now_, heartbeat);
  }
  /// Ticks without a beat until it is suspected and, as it has no excuse, killed; returns their
  /// number.
  unsigned ticks_until_kill(std::uint64_t heartbeat) {
    for (unsigned count = 1; count < 1000; ++count) {
      if (tick(heartbeat) != Action::suspect) continue;
      return worker_.on_suspected(false) == Action::kill ? count : 0;
    }
    return 0;
  }
  /// Ticks without a beat until it is suspected.
  unsigned ticks_until_suspected(std::uint64_t heartbeat) {
    for (unsigned count = 1; count < 1000; ++count) {
      if (tick(heartbeat) == Action::suspect) return count;
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

TEST_F(WorkerStateTest, ItsFirstBeatNeedNotWaitForATick) {
  worker_.on_posted(0);
  EXPECT_EQ(worker_.state(), State::starting) << "not ready yet";
  worker_.on_posted(1);
  EXPECT_EQ(worker_.state(), State::serving);
  EXPECT_EQ(worker_.on_corrupt(), Action::kill);
  worker_.on_posted(2);
  EXPECT_EQ(worker_.state(), State::condemned);
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

TEST_F(WorkerStateTest, OneThatHasServedIsReplacedWithoutARest) {
  (void)tick(1);
  EXPECT_EQ(worker_.on_death(now_, 5), Action::start);
  worker_.on_started(now_);
  EXPECT_EQ(worker_.state(), State::starting);
  EXPECT_FALSE(worker_.hopeless());
}

TEST_F(WorkerStateTest, OneThatHasServedCannotTakeThatBack) {
  EXPECT_FALSE(worker_.has_served());
  (void)tick(1);
  EXPECT_EQ(worker_.on_death(now_, 0), Action::start);
  EXPECT_TRUE(worker_.has_served());
  worker_.on_started(now_);
  EXPECT_FALSE(worker_.has_served());
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
    worker_.on_started(now_);
  }
  (void)worker_.on_death(now_, 0);
  EXPECT_TRUE(worker_.hopeless());
}

/// A crash loop: each one serves for a moment, and ends no job.
TEST_F(WorkerStateTest, UselessOnesRestLongerEachTime) {
  constexpr std::chrono::milliseconds kRests[] = {std::chrono::milliseconds(0),
                                                  std::chrono::milliseconds(100),
                                                  std::chrono::milliseconds(200),
                                                  std::chrono::milliseconds(400),
                                                  std::chrono::milliseconds(800),
                                                  seconds(1),
                                                  seconds(1)};
  for (const auto rest : kRests) {
    (void)tick(1, std::chrono::milliseconds(0));
    const Action action = worker_.on_death(now_, 1);
    if (rest.count() == 0) {
      EXPECT_EQ(action, Action::start) << "it may have been bad luck";
    } else {
      EXPECT_EQ(action, Action::none);
      EXPECT_EQ(worker_.state(), State::resting);
      EXPECT_EQ(worker_.rest_until() - now_, rest);
      EXPECT_EQ(tick(0, rest), Action::start);
    }
    worker_.on_started(now_);
    EXPECT_FALSE(worker_.hopeless()) << "the program starts";
  }
}

TEST_F(WorkerStateTest, OneThatWasOfUseEndsACrashLoop) {
  for (int i = 0; i < 4; ++i) {
    (void)worker_.on_death(now_, 1);
    worker_.on_started(now_);
  }
  worker_.on_use();
  EXPECT_EQ(worker_.on_death(now_, 1), Action::start);
  worker_.on_started(now_);
  EXPECT_EQ(worker_.on_death(now_, 1), Action::start) << "the first useless one again";
  worker_.on_started(now_);
  EXPECT_EQ(worker_.on_death(now_, 1), Action::none);
  EXPECT_EQ(worker_.rest_until() - now_, std::chrono::milliseconds(100));
}

TEST_F(WorkerStateTest, AUselessOneThatLivedForLongerThanItsRestHasNone) {
  (void)worker_.on_death(now_, 1);
  worker_.on_started(now_);
  now_ += seconds(2);
  EXPECT_EQ(worker_.on_death(now_, 2), Action::start);
}

TEST_F(WorkerStateTest, NoRestIsLongerThanHalfAMinute) {
  for (int i = 0; i < 50; ++i) {
    (void)worker_.on_death(now_, 0);
    worker_.on_started(now_);
  }
  EXPECT_EQ(worker_.rest_until() - now_, seconds(30));
}

TEST_F(WorkerStateTest, APardonRestartsTheCount) {
  (void)tick(1);
  EXPECT_EQ(ticks_until_suspected(1), WorkerState::kHungTicks);
  EXPECT_EQ(worker_.on_suspected(true), Action::none);
  EXPECT_EQ(worker_.state(), State::serving);
  EXPECT_EQ(ticks_until_kill(1), WorkerState::kHungTicks);
}

TEST_F(WorkerStateTest, AWaitForADiskBeforeTheFirstBeatIsNoService) {
  (void)tick(0);
  EXPECT_EQ(ticks_until_suspected(0), WorkerState::kHungTicks);
  EXPECT_EQ(worker_.on_suspected(true), Action::none);
  EXPECT_EQ(worker_.state(), State::starting);
}

/// There is no action but to kill: nobody asks whether it waits for a disk.
TEST_F(WorkerStateTest, CorruptWordsAndOverdueJobsHaveNoExcuse) {
  for (const bool beaten : {false, true}) {
    for (const bool overdue : {false, true}) {
      WorkerState worker;
      worker.on_started(now_);
      (void)worker.on_tick(now_, beaten ? 1 : 0);
      EXPECT_EQ(overdue ? worker.on_overdue() : worker.on_corrupt(), Action::kill);
      EXPECT_EQ(worker.state(), State::condemned);
      // It is dying: nothing more is to be done, whatever else is found.
      EXPECT_EQ(worker.on_corrupt(), Action::none);
      EXPECT_EQ(worker.on_overdue(), Action::none);
      EXPECT_EQ(worker.on_tick(now_ + seconds(1), 2), Action::none);
      EXPECT_EQ(worker.on_suspected(false), Action::none);
    }
  }
}

TEST_F(WorkerStateTest, OneCondemnedForItsSilenceStartsWithoutARestThoughItNeverBeat) {
  (void)tick(0);
  ASSERT_EQ(ticks_until_kill(0), WorkerState::kHungTicks);
  EXPECT_EQ(worker_.on_death(now_, 0), Action::start) << "30 s are rest enough";
}

TEST_F(WorkerStateTest, OneThatCannotBeStartedRestsLongerEachTimeAndIsNotHopeless) {
  Duration last{0};
  for (unsigned i = 0; i < 3 * WorkerState::kHopelessStarts; ++i) {
    worker_.on_start_failed(now_);
    ASSERT_EQ(worker_.state(), State::resting);
    const Duration rest = worker_.rest_until() - now_;
    EXPECT_GE(rest, last);
    EXPECT_LE(rest, seconds(30));
    last = rest;
    EXPECT_EQ(tick(0, rest / 2), Action::none);
    EXPECT_EQ(tick(0, rest), Action::start);
    EXPECT_FALSE(worker_.hopeless()) << "the machine is short of something, the program is whole";
  }
  EXPECT_EQ(last, seconds(30));
}

TEST_F(WorkerStateTest, OneGoodStartForgivesTheFailedOnes) {
  for (unsigned i = 1; i < WorkerState::kHopelessStarts; ++i) {
    (void)worker_.on_death(now_, 0);
    worker_.on_started(now_);
  }
  (void)tick(1);
  (void)worker_.on_death(now_, 0);
  EXPECT_FALSE(worker_.hopeless());
}

}  // namespace
}  // namespace fanfetch
