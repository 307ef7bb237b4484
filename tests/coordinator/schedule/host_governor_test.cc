// What the governor of a host decides, seen through the scheduler that asks it.

#include "coordinator/schedule/host_governor.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "coordinator/schedule/scheduler.h"
#include "tests/coordinator/schedule/moments.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Kind = HostFeedback::Kind;

constexpr char kHost[] = "https://a:443";
constexpr char kOther[] = "https://b:443";
constexpr WallTime kDay{seconds(1'700'000'000)};

class HostGovernorTest : public ::testing::Test {
 protected:
  void start(HostRules rules = {}, unsigned most = 16) {
    most_ = most;
    scheduler_.emplace(rules, 1);
  }
  void add(unsigned count, const char* host = kHost) {
    for (unsigned i = 0; i < count; ++i) scheduler_->add(++last_, host, most_, now_);
  }
  /// All that may run now.
  std::vector<TaskId> take() {
    std::vector<TaskId> tasks;
    while (const auto task = scheduler_->next(now_)) tasks.push_back(*task);
    return tasks;
  }
  void answer(const std::vector<TaskId>& tasks, const HostFeedback& with) {
    for (const TaskId task : tasks) scheduler_->finished(task, with, {}, now_);
  }
  void answer_well(const std::vector<TaskId>& tasks) { answer(tasks, {.kind = Kind::healthy}); }
  /// The number that run at once after `rounds` of good answers, 100 ms each. There must be enough.
  std::size_t grow(int rounds) {
    auto running = take();
    for (int i = 0; i < rounds; ++i) {
      now_ += milliseconds(100);
      answer_well(running);
      running = take();
    }
    running_ = running;
    return running.size();
  }
  static HostFeedback status(int code, const std::string& retry_after = "") {
    return host_feedback(
        Failed{.error = code == 429 ? ErrorClass::rate_limited : ErrorClass::http_5xx,
               .retry = Retry::yes,
               .message = "the server says so",
               .response = {.http_status = code, .retry_after = retry_after}},
        kDay);
  }
  static HostFeedback failure(ErrorClass error = ErrorClass::connect) {
    return host_feedback(Failed{.error = error, .retry = Retry::yes, .message = "refused"}, kDay);
  }
  std::vector<Scheduler::GivenUp> given_up() {
    std::vector<Scheduler::GivenUp> all;
    while (auto one = scheduler_->next_given_up()) all.push_back(std::move(*one));
    return all;
  }
  /// How long the host is left alone after such an answer to its only request.
  Duration pause_after(const HostFeedback& refusal) {
    start({}, 1);
    add(2);
    answer({take().at(0)}, refusal);
    EXPECT_TRUE(take().empty());
    return scheduler_->next_due().value() - now_;
  }

  std::optional<Scheduler> scheduler_;
  unsigned most_ = 16;
  TaskId last_ = 0;
  Instant now_ = kStart;
  std::vector<TaskId> running_;
};

// --- How many at once ---

TEST_F(HostGovernorTest, BeginsWithAQuarterAndGrowsByOneForEachGoodAnswer) {
  start();
  add(100);
  auto running = take();
  EXPECT_EQ(running.size(), 4u);
  now_ += milliseconds(100);
  answer_well({running[0]});
  EXPECT_EQ(take().size(), 2u) << "one for the one that is done, and one more";
}

TEST_F(HostGovernorTest, GrowsToItsMost) {
  start();
  add(1000);
  EXPECT_EQ(grow(8), 16u);
  start({}, 2);
  add(1000);
  EXPECT_EQ(grow(8), 2u);
}

TEST_F(HostGovernorTest, AFixedLimitIsThereAtOnceAndStays) {
  start({.adapts = false}, 5);
  add(100);
  auto running = take();
  EXPECT_EQ(running.size(), 5u);
  answer({running[0]}, {.kind = Kind::strained});
  EXPECT_EQ(take().size(), 1u);
}

TEST_F(HostGovernorTest, AFlightOfResetsHalvesItOnce) {
  start();
  add(1000);
  ASSERT_EQ(grow(8), 16u);
  now_ += milliseconds(100);
  for (int i = 0; i < 4; ++i) answer({running_[i]}, failure());
  answer_well({running_[4], running_[5], running_[6]});
  EXPECT_EQ(take().size(), 2u) << "9 are in flight, 8 + 3 are allowed";
}

TEST_F(HostGovernorTest, OneFlightOfRefusalsIsOnePause) {
  start();
  add(100);
  const auto running = take();
  answer({running[0]}, status(429));
  now_ += milliseconds(100);
  answer({running[1], running[2], running[3]}, status(429));
  EXPECT_LE(scheduler_->next_due().value(), kStart + milliseconds(625));
}

TEST_F(HostGovernorTest, ForbiddenCountsInBurstsOfAHostThatAnsweredWell) {
  const HostFeedback forbidden{.kind = Kind::forbidden};
  start();
  add(1000);
  ASSERT_EQ(grow(8), 16u);
  now_ += milliseconds(1);
  answer({running_.begin(), running_.begin() + 4}, forbidden);
  EXPECT_EQ(take().size(), 4u) << "four are no burst";
  answer({running_[4]}, forbidden);
  EXPECT_TRUE(take().empty());

  start();  // one that forbids everything is not throttling
  add(100);
  for (int i = 0; i < 20; ++i) {
    const auto running = take();
    EXPECT_EQ(running.size(), 4u);
    now_ += milliseconds(1);
    answer(running, forbidden);
  }
}

// --- Pauses ---

TEST_F(HostGovernorTest, RetryAfterOfEachForm) {
  const auto expect_between = [](Duration least, Duration most, Duration pause) {
    EXPECT_GE(pause, least);
    EXPECT_LE(pause, most);
  };
  expect_between(seconds(30), milliseconds(37'500), pause_after(status(429, "30")));
  expect_between(seconds(30), milliseconds(37'500), pause_after(status(503, "30")));
  expect_between(seconds(1), milliseconds(1250), pause_after(status(429, "0")));
  expect_between(seconds(1), milliseconds(1250),
                 pause_after(status(429, "Sun, 06 Nov 1994 08:49:37 GMT")));
  expect_between(seconds(90), seconds(113),  // kDay is Tue, 14 Nov 2023 22:13:20 GMT
                 pause_after(status(429, "Tue, 14 Nov 2023 22:14:50 GMT")));
  expect_between(seconds(600), seconds(660), pause_after(status(429, "600")));
  expect_between(milliseconds(500), milliseconds(625), pause_after(status(429)));
  expect_between(milliseconds(500), milliseconds(625), pause_after(status(429, "soon")));
}

TEST_F(HostGovernorTest, APauseIsForAllTasksOfTheHostAndForNoOther) {
  start();
  add(1);
  const auto first = take();
  add(50);
  add(1, kOther);
  EXPECT_EQ(take().size(), 4u) << "three of the one, one of the other";
  add(1, kOther);
  answer(first, status(429, "60"));
  EXPECT_EQ(take().size(), 1u) << "of the other";
  now_ += seconds(59);
  EXPECT_TRUE(take().empty());
}

TEST_F(HostGovernorTest, AfterAPauseOneRequestTriesIt) {
  start();
  add(100);
  answer(take(), status(429, "10"));
  now_ += seconds(13);
  auto probe = take();
  ASSERT_EQ(probe.size(), 1u);
  now_ += milliseconds(100);
  answer(probe, status(429, "10"));
  EXPECT_TRUE(take().empty());
  now_ += seconds(13);
  probe = take();
  ASSERT_EQ(probe.size(), 1u);
  now_ += milliseconds(100);
  answer_well(probe);
  now_ += seconds(1);  // it may have learnt a pace
  EXPECT_GE(take().size(), 1u);
}

TEST_F(HostGovernorTest, PausesGrowWhileThrottlingGoesOn) {
  start({.max_wait = Duration{}});
  add(100);
  answer(take(), status(429));
  Duration longest{};
  for (int i = 0; i < 20; ++i) {
    now_ = scheduler_->next_due().value();
    const auto probe = take();
    ASSERT_EQ(probe.size(), 1u);
    answer(probe, status(429));
    const Duration pause = scheduler_->next_due().value() - now_;
    EXPECT_LE(pause, seconds(75));
    longest = std::max(longest, pause);
  }
  EXPECT_GE(longest, seconds(60));
}

TEST_F(HostGovernorTest, ASingle503IsNoPause) {
  start();
  add(100);
  auto running = take();
  now_ += milliseconds(10);
  answer({running[0]}, status(503));
  answer_well({running[1], running[2]});
  EXPECT_GE(take().size(), 1u);
}

TEST_F(HostGovernorTest, ALongerWaitThanAllowedGivesTheHostUp) {
  start({.max_wait = minutes(10)});
  add(1000);
  scheduler_->add_later(5000, kHost, 16, kStart + seconds(5), now_);
  const auto running = take();
  answer({running[0]}, status(429, "601"));
  auto lost = given_up();
  ASSERT_EQ(lost.size(), 1000 - running.size() + 1);
  EXPECT_EQ(lost[0].failed->error, ErrorClass::rate_limited);
  EXPECT_EQ(lost[0].failed->retry, Retry::yes);
  EXPECT_NE(lost[0].failed->message.find("--max-wait"), std::string::npos);
  EXPECT_EQ(scheduler_->size(), 0u);
  add(3);
  EXPECT_EQ(given_up().size(), 3u) << "at once";
  now_ += seconds(600);
  add(1);
  EXPECT_EQ(given_up().size(), 1u) << "as long as it asked for";
  now_ += seconds(2);
  add(2);
  EXPECT_EQ(take().size(), 1u) << "one tries it then";
  EXPECT_TRUE(given_up().empty());
}

TEST_F(HostGovernorTest, WithoutALongestWaitEveryWaitIsWaited) {
  start({.max_wait = Duration{}}, 1);
  add(2);
  answer({take().at(0)}, status(429, "86400"));
  EXPECT_TRUE(given_up().empty());
  EXPECT_GE(scheduler_->next_due().value() - now_, std::chrono::hours(24));
}

TEST_F(HostGovernorTest, ThrottlingWithoutOneGoodAnswerEndsAfterTheLongestWait) {
  start({.max_wait = minutes(10)});
  add(1000);
  answer(take(), status(429, "60"));
  while (given_up().empty()) {
    now_ = scheduler_->next_due().value();
    answer(take(), status(429, "60"));
    ASSERT_LT(now_ - kStart, minutes(13));
  }
  EXPECT_GT(now_ - kStart, minutes(10));
}

// --- Dead hosts ---

TEST_F(HostGovernorTest, AHostThatOnlyFailsIsTriedOneByOneAndGivenUp) {
  start();
  add(10'000);
  std::size_t attempts = 0;
  while (scheduler_->size() > 0) {
    const auto running = take();
    attempts += running.size();
    answer(running, failure(ErrorClass::dns));
    (void)given_up();
    if (const auto due = scheduler_->next_due()) now_ = *due;
  }
  EXPECT_LE(attempts, 12u);
  EXPECT_LE(now_ - kStart, seconds(10));
}

TEST_F(HostGovernorTest, WhatIsGivenUpHasTheLastFailuresClass) {
  start();
  add(100);
  std::vector<Scheduler::GivenUp> lost;
  while (lost.empty()) {
    answer(take(), failure(ErrorClass::timeout));
    lost = given_up();
    if (const auto due = scheduler_->next_due()) now_ = *due;
  }
  EXPECT_EQ(lost[0].failed->error, ErrorClass::timeout);
  EXPECT_EQ(lost[0].failed->message,
            "the host is down: 9 attempts in a row failed, the last one: refused");
}

TEST_F(HostGovernorTest, AGivenUpHostIsTriedAgainAfterAWhile) {
  start();
  add(100);
  while (scheduler_->size() > 0) {
    answer(take(), failure());
    (void)given_up();
    if (const auto due = scheduler_->next_due()) now_ = *due;
  }
  add(10);
  EXPECT_EQ(given_up().size(), 10u);
  now_ += HostGovernor::kGivenUpFor;
  add(10);
  const auto probe = take();
  ASSERT_EQ(probe.size(), 1u);
  now_ += milliseconds(10);
  answer_well(probe);
  EXPECT_GE(take().size(), 1u) << "it has come back";
  EXPECT_TRUE(given_up().empty());
}

TEST_F(HostGovernorTest, ALinkThatComesAfterTheGiveUpHasEndedTriesTheHost) {
  for (const bool later : {false, true}) {
    start();
    add(100);
    while (scheduler_->size() > 0) {
      answer(take(), failure());
      (void)given_up();
      if (const auto due = scheduler_->next_due()) now_ = *due;
    }
    now_ += HostGovernor::kGivenUpFor;  // and nobody asks the scheduler for anything meanwhile
    if (later) {
      scheduler_->add_later(++last_, kHost, most_, now_, now_);
    } else {
      add(1);
    }
    EXPECT_TRUE(given_up().empty()) << "later: " << later;
    EXPECT_EQ(take().size(), 1u) << "later: " << later;
  }
}

TEST_F(HostGovernorTest, AGivenUpHostThatAsksForAPauseIsDownNoMore) {
  start();
  add(100);
  while (scheduler_->size() > 0) {
    answer(take(), failure());
    (void)given_up();
    if (const auto due = scheduler_->next_due()) now_ = *due;
  }
  now_ += HostGovernor::kGivenUpFor;
  add(10);
  answer(take(), status(429, "5"));
  EXPECT_TRUE(given_up().empty());
  now_ = scheduler_->next_due().value();
  EXPECT_EQ(take().size(), 1u);
}

TEST_F(HostGovernorTest, AHostThatHadAnsweredWellIsWaitedFor) {
  start();
  add(1000);
  (void)grow(3);
  answer(running_, failure());
  const Instant gone = now_;
  std::size_t lost = 0;
  while (lost == 0) {
    now_ = scheduler_->next_due().value();
    const auto probe = take();
    ASSERT_EQ(probe.size(), 1u);
    answer(probe, failure());
    lost = given_up().size();
  }
  EXPECT_GE(now_ - gone, HostGovernor::kLongestOutage);
  EXPECT_LE(now_ - gone, HostGovernor::kLongestOutage * 3 / 2);
}

TEST_F(HostGovernorTest, AUsersPauseIsNoOutage) {
  const struct {
    const char* what;
    HostFeedback trouble;
    bool answered_well;
  } kCases[] = {
      {"throttled", status(429), true},
      {"throttled, asks for a pause", status(429, "60"), true},
      {"says 503", status(503), false},
      {"is down", failure(), true},
  };
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.what);
    start({.max_wait = minutes(10)});
    add(1000);
    now_ = kStart;
    (void)grow(1);
    if (!one.answered_well) answer(running_, status(503));
    // Some trouble before the pause, which lasts for longer than any outage may.
    for (int i = 0; i < 3; ++i) {
      answer(i == 0 && one.answered_well ? running_ : take(), one.trouble);
      now_ = scheduler_->next_due().value_or(now_);
    }
    const Instant paused = now_;
    now_ += minutes(600);
    scheduler_->rested(paused, now_);
    const Instant resumed = now_;
    answer(take(), one.trouble);
    EXPECT_TRUE(given_up().empty()) << "at its first failure after the pause";
    // What goes on afterwards is an outage all the same.
    while (given_up().empty()) {
      ASSERT_LT(now_ - resumed, minutes(15));
      now_ = std::max(now_, scheduler_->next_due().value());
      answer(take(), one.trouble);
    }
    EXPECT_GT(now_ - resumed, minutes(1));
  }
}

TEST_F(HostGovernorTest, AUsersPauseIsNoPartOfARate) {
  // 20 requests in 10 s, then a refusal that lasts for 50 s: 20 a minute.
  const auto interval_after = [this](Duration pause) {
    start({.adapts = false}, 1);
    add(1000);
    now_ = kStart;
    for (int i = 0; i < 20; ++i) {
      answer_well(take());
      now_ += milliseconds(500);
    }
    answer(take(), status(429, "50"));
    now_ = scheduler_->next_due().value();
    const Instant paused = now_;
    now_ += pause;
    if (pause > Duration{}) scheduler_->rested(paused, now_);
    answer_well(take());
    answer_well(take());
    EXPECT_TRUE(take().empty());
    return scheduler_->next_due().value() - now_;
  };
  const Duration usual = interval_after(Duration{});
  EXPECT_GT(usual, seconds(2));
  EXPECT_LT(interval_after(minutes(600)), 2 * usual);
}

TEST_F(HostGovernorTest, AWorkersDeathSaysNothingOfTheHost) {
  start();
  add(100);
  for (int i = 0; i < 50; ++i) {
    const auto running = take();
    ASSERT_EQ(running.size(), 4u);
    answer(running, {});
    add(4);
  }
}

// --- How fast ---

TEST_F(HostGovernorTest, ARateIsKeptToTheLetter) {
  start({.adapts = false, .rate = 5}, 100);
  add(1000);
  std::size_t count = 0;
  for (; now_ < kStart + seconds(20); now_ = scheduler_->next_due().value()) {
    const auto running = take();
    EXPECT_EQ(running.size(), 1u);
    count += running.size();
    answer_well(running);
  }
  EXPECT_EQ(count, 100u);
}

TEST_F(HostGovernorTest, ARateIsHeldByALoopThatWakesUpLate) {
  start({.adapts = false, .rate = 100}, 100);
  add(10'000);
  std::size_t count = 0;
  while (now_ < kStart + seconds(10)) {
    const auto running = take();
    count += running.size();
    answer_well(running);
    now_ = scheduler_->next_due().value() + milliseconds(3);
  }
  EXPECT_NEAR(static_cast<double>(count), 1000, 5);
}

TEST_F(HostGovernorTest, WhatWasNotUsedOfARateIsNotCaughtUp) {
  start({.adapts = false, .rate = 5}, 100);
  add(1);
  answer_well(take());
  now_ += seconds(60);
  add(10);
  EXPECT_EQ(take().size(), 1u);
}

TEST_F(HostGovernorTest, ARateIsForEachHost) {
  start({.rate = 1});
  add(5);
  add(5, kOther);
  EXPECT_EQ(take().size(), 2u);
  EXPECT_EQ(scheduler_->next_due(), kStart + seconds(1));
}

}  // namespace
}  // namespace fanfetch
