#include "coordinator/schedule/scheduler.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <random>
#include <unordered_map>

#include "tests/coordinator/schedule/scheduler_tasks.h"

namespace fanfetch {
namespace {

using std::chrono::seconds;

constexpr char kA[] = "https://a:443";
constexpr char kB[] = "https://b:443";

const HostFeedback kGood{.kind = HostFeedback::Kind::healthy};

TEST(Scheduler, GivesOneHostsTasksInOrder) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 3; ++task) scheduler.add(task, kA, 10, kStart);
  EXPECT_EQ(scheduler.size(), 3u);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 2, 3}));
  EXPECT_EQ(scheduler.size(), 0u);
}

TEST(Scheduler, TakesHostsInTurns) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 3; ++task) scheduler.add(task, kA, 10, kStart);
  for (TaskId task = 11; task <= 12; ++task) scheduler.add(task, kB, 10, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 11, 2, 12, 3}));
}

TEST(Scheduler, NeverGivesMoreOfAHostThanItsLimit) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 4; ++task) scheduler.add(task, kA, 2, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 2}));
  scheduler.finished(1, kGood, {}, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{3}));
}

TEST(Scheduler, AHostAtItsLimitHoldsBackNoOther) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 1000; ++task) scheduler.add(task, kA, 1, kStart);
  scheduler.add(2000, kB, 1, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 2000}));
}

TEST(Scheduler, ADelayedTaskWaitsForItsTimeAndHoldsBackNobody) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add_later(1, kA, 1, kStart + seconds(5), kStart);
  scheduler.add_later(2, kB, 1, kStart + seconds(3), kStart);
  EXPECT_EQ(scheduler.next_due(), kStart + seconds(3));
  EXPECT_FALSE(scheduler.next(kStart));
  scheduler.add(3, kA, 1, kStart);
  EXPECT_EQ(scheduler.next(kStart), 3u);
  EXPECT_EQ(all(scheduler, kStart + seconds(3)), (std::vector<TaskId>{2}));
  EXPECT_TRUE(all(scheduler, kStart + seconds(5)).empty()) << "its host is still busy with 3";
  scheduler.finished(3, kGood, {}, kStart + seconds(5));
  EXPECT_EQ(scheduler.next(kStart + seconds(5)), 1u);
  EXPECT_FALSE(scheduler.next_due());
}

TEST(Scheduler, WhatAnAttemptRepeatedIsADebtOfItsHostAlone) {
  HostRules rules = fixed();
  rules.rate = 1;
  Scheduler scheduler(rules, 1);
  for (TaskId task = 1; task <= 3; ++task) scheduler.add(task, kA, 10, kStart);
  for (TaskId task = 11; task <= 12; ++task) scheduler.add(task, kB, 10, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 11}));
  HostFeedback repeated = kGood;
  repeated.repeats = 2;
  scheduler.finished(1, repeated, {}, kStart);
  EXPECT_EQ(all(scheduler, kStart + seconds(1)), (std::vector<TaskId>{12}));
  EXPECT_TRUE(all(scheduler, kStart + seconds(3) - Duration(1)).empty());
  EXPECT_EQ(all(scheduler, kStart + seconds(3)), (std::vector<TaskId>{2}));
  // The host's turn is long past when the attempt ends: it was perhaps asked again just before.
  repeated.repeats = 1;
  scheduler.finished(2, repeated, {}, kStart + seconds(100));
  EXPECT_TRUE(all(scheduler, kStart + seconds(101) - Duration(1)).empty());
  EXPECT_EQ(all(scheduler, kStart + seconds(101)), (std::vector<TaskId>{3}));
}

TEST(Scheduler, AHostInDebtIsNotForgotten) {
  HostRules rules = fixed();
  rules.rate = 1;
  Scheduler scheduler(rules, 1);
  scheduler.add(1, kA, 1, kStart);
  EXPECT_EQ(scheduler.next(kStart), 1u);
  HostFeedback repeated = kGood;
  repeated.repeats = 1;
  scheduler.finished(1, repeated, {}, kStart + seconds(5));
  scheduler.add(2, kA, 1, kStart + seconds(5));
  EXPECT_TRUE(all(scheduler, kStart + seconds(5)).empty());
  EXPECT_EQ(all(scheduler, kStart + seconds(6)), (std::vector<TaskId>{2}));
}

TEST(Scheduler, WithoutARateThereIsNoDebt) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 2; ++task) scheduler.add(task, kA, 1, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1}));
  HostFeedback repeated = kGood;
  repeated.repeats = 1;
  scheduler.finished(1, repeated, {}, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{2}));
}

TEST(Scheduler, SaysWhetherAnyHostHasATurn) {
  Scheduler scheduler(fixed(), 1);
  EXPECT_FALSE(scheduler.has_turn());
  scheduler.add(1, kA, 1, kStart);
  scheduler.add(2, kA, 1, kStart);
  EXPECT_TRUE(scheduler.has_turn());
  ASSERT_EQ(scheduler.next(kStart), 1u);
  EXPECT_FALSE(scheduler.has_turn()) << "2 waits for 1";
  scheduler.finished(1, kGood, {}, kStart);
  EXPECT_TRUE(scheduler.has_turn());
}

TEST(Scheduler, DelayedTasksComeInOrderOfTime) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add_later(1, kA, 10, kStart + seconds(2), kStart);
  scheduler.add_later(2, kA, 10, kStart + seconds(1), kStart);
  EXPECT_EQ(all(scheduler, kStart + seconds(9)), (std::vector<TaskId>{2, 1}));
}

TEST(Scheduler, ForgetsWhatWasNotGivenOutButNotWhatIsInFlight) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add(1, kA, 1, kStart);
  ASSERT_EQ(scheduler.next(kStart), 1u);
  scheduler.add(2, kA, 1, kStart);
  scheduler.add(3, kB, 1, kStart);
  scheduler.add_later(4, kB, 1, kStart, kStart);
  scheduler.clear(kStart);
  EXPECT_EQ(scheduler.size(), 0u);
  EXPECT_FALSE(scheduler.next(kStart + seconds(1)));
  scheduler.add(5, kA, 1, kStart);
  EXPECT_FALSE(scheduler.next(kStart)) << "1 is still in flight";
  scheduler.finished(1, kGood, {}, kStart);
  EXPECT_EQ(scheduler.next(kStart), 5u);
}

/// A host with delayed tasks only must survive until they are due.
TEST(Scheduler, KeepsAHostWhoseTasksAreAllDelayed) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add(1, kA, 1, kStart);
  ASSERT_EQ(scheduler.next(kStart), 1u);
  scheduler.add_later(2, kA, 1, kStart + seconds(1), kStart);
  scheduler.finished(1, kGood, {}, kStart);
  EXPECT_EQ(scheduler.next(kStart + seconds(1)), 2u);
}

TEST(Scheduler, AHostWithNothingInFlightComesFirst) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 3; ++task) scheduler.add(task, kA, 10, kStart);
  ASSERT_EQ(scheduler.next(kStart), 1u);
  scheduler.add(11, kB, 10, kStart);
  EXPECT_EQ(scheduler.next(kStart), 11u) << "though A has waited for longer";
  EXPECT_EQ(scheduler.next(kStart), 2u);
  scheduler.finished(11, kGood, {}, kStart);
  scheduler.add(12, kB, 10, kStart);
  EXPECT_EQ(scheduler.next(kStart), 12u);
}

/// Shows the scheduler that `worker` is connected to `host`.
void connect(Scheduler& scheduler, const std::string& host,
             std::optional<Scheduler::Worker> worker) {
  constexpr TaskId kTask = 1'000'000;
  scheduler.add(kTask, host, 10, kStart);
  ASSERT_EQ(scheduler.next(kStart), kTask);
  scheduler.finished(kTask, kGood, worker, kStart);
}

TEST(Scheduler, AHostWaitsForTheWorkerThatIsConnectedToIt) {
  constexpr auto kGoodPlace = Placement::good, kLater = Placement::later, kGone = Placement::gone;
  struct Row {
    const char* what;
    std::optional<Scheduler::Worker> of_a, of_b;  // who is connected; A has waited for longer
    Placement placements[2];
    TaskId first;
  };
  const Row rows[] = {
      {"no worker is connected to either", {}, {}, {kLater, kGoodPlace}, 1},
      {"both have room", 0, 1, {kGoodPlace, kGoodPlace}, 1},
      {"that of A is full", 0, 1, {kLater, kGoodPlace}, 2},
      {"that of B is full", 0, 1, {kGoodPlace, kLater}, 1},
      {"that of both is full: better late than never", 0, 0, {kLater, kGoodPlace}, 1},
      {"that of A is full, and B has none", 0, {}, {kLater, kGoodPlace}, 2},
      {"A has none", {}, 1, {kLater, kGoodPlace}, 1},
      {"that of A is gone, and its connection with it", 0, 1, {kGone, kGoodPlace}, 1},
      {"that of B is gone, that of A is full", 0, 1, {kLater, kGone}, 2},
  };
  for (const Row& row : rows) {
    Scheduler scheduler(fixed(), 1);
    // While they have another task, what is known of them is not forgotten.
    scheduler.add_later(3, kA, 10, kStart + seconds(9), kStart);
    scheduler.add_later(4, kB, 10, kStart + seconds(9), kStart);
    connect(scheduler, kA, row.of_a);
    connect(scheduler, kB, row.of_b);
    scheduler.add(1, kA, 10, kStart);
    scheduler.add(2, kB, 10, kStart);
    const auto placement = [&](Scheduler::Worker worker) { return row.placements[worker]; };
    const auto next = [&] {
      const auto task = scheduler.next(kStart, placement);
      return task ? task : scheduler.next(kStart + Scheduler::kPatience, placement);
    };
    EXPECT_EQ(next(), row.first) << row.what;
    EXPECT_EQ(next(), 3 - row.first) << row.what;
    EXPECT_FALSE(scheduler.has_turn()) << row.what;
  }
}

/// The worker that is connected to a host is busy, and another has room.
TEST(Scheduler, ANewConnectionHasToPay) {
  constexpr TaskId kEnough = Scheduler::kWorthConnection;
  constexpr const char* kPlain = "http://a:80";
  struct Row {
    const char* what;
    const char* host;  // idle: A
    TaskId of_a;       // ready tasks
    TaskId of_b;       // ready tasks of a host with something in flight
    TaskId next;       // 0: nothing yet
  };
  const Row rows[] = {
      {"a task", kA, 1, 0, 0},
      {"too few tasks", kA, kEnough - 1, 0, 0},
      {"enough tasks", kA, kEnough, 0, 1},
      {"a connection costs little", kPlain, 1, 0, 1},
      {"B needs a connection, too", kA, 1, kEnough - 1, 0},
      {"that of B pays", kA, 1, kEnough, 1001},
      {"both pay", kA, kEnough, kEnough, 1},
  };
  for (const Row& row : rows) {
    Scheduler scheduler(fixed(), 1);
    scheduler.add_later(9999, row.host, 100, kStart + seconds(9), kStart);
    connect(scheduler, row.host, 0);
    if (row.of_b > 0) {
      scheduler.add(1000, kB, 100, kStart);
      ASSERT_EQ(scheduler.next(kStart), 1000u);
    }
    for (TaskId task = 1; task <= row.of_a; ++task) scheduler.add(task, row.host, 100, kStart);
    for (TaskId task = 1; task <= row.of_b; ++task) scheduler.add(1000 + task, kB, 100, kStart);
    const auto placement = [](Scheduler::Worker) { return Placement::later; };
    EXPECT_EQ(scheduler.next(kStart, placement).value_or(0), row.next) << row.what;
    if (row.next > 0) continue;
    const Instant end = kStart + Scheduler::kPatience;
    EXPECT_EQ(scheduler.next_due(), end) << row.what;
    EXPECT_EQ(scheduler.next(end - Duration(1), placement), std::nullopt) << row.what;
    EXPECT_EQ(scheduler.next(end, placement), 1u) << row.what << ": it has waited for long enough";
  }
}

/// Whoever looks for more work then may find hosts that no worker is connected to.
TEST(Scheduler, ATurnThatIsPutOffIsNone) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add_later(9999, kA, 100, kStart + seconds(9), kStart);
  connect(scheduler, kA, 0);
  scheduler.add(1, kA, 100, kStart);
  EXPECT_TRUE(scheduler.has_turn());
  const auto placement = [](Scheduler::Worker) { return Placement::later; };
  EXPECT_EQ(scheduler.next(kStart, placement), std::nullopt);
  EXPECT_FALSE(scheduler.has_turn());
  scheduler.add(2, kB, 100, kStart);
  EXPECT_TRUE(scheduler.has_turn());
  EXPECT_EQ(scheduler.next(kStart, placement), 2u);
}

/// Hosts of a full worker put off those of the other one, which has room, no longer than that.
TEST(Scheduler, WhatHasWaitedInVainDoesNotWaitAgain) {
  Scheduler scheduler(fixed(), 1);
  const auto host_of = [](TaskId task) { return fmt::format("https://h{}:443", task); };
  for (TaskId host = 0; host < 10; ++host) {
    scheduler.add_later(1000 + host, host_of(host), 10, kStart + seconds(999), kStart);
    connect(scheduler, host_of(host), 0);
  }
  scheduler.add(500, kB, 10, kStart);
  ASSERT_EQ(scheduler.next(kStart), 500u);
  for (TaskId host = 0; host < 10; ++host) scheduler.add(host, host_of(host), 10, kStart);
  for (TaskId task = 501; task <= 503; ++task) scheduler.add(task, kB, 10, kStart);
  bool has_room = false;  // the worker of all but B, now and then
  const auto placement = [&](Scheduler::Worker) {
    return has_room ? Placement::good : Placement::later;
  };
  Instant now = kStart;
  for (int wait = 0; wait < 4; ++wait) {
    EXPECT_EQ(scheduler.next(now, placement), std::nullopt);
    now += Scheduler::kPatience / 4;
    has_room = true;
    const TaskId host = scheduler.next(now, placement).value();
    scheduler.finished(host, kGood, 0, now);
    scheduler.add(host, host_of(host), 10, now);
    has_room = false;
  }
  std::size_t given = 0;
  while (scheduler.next(now, placement)) ++given;
  EXPECT_EQ(given, 13u) << "those of B, too";
}

/// The files of many hosts, in two workers: hardly a host changes
/// its worker, however long the row is.
TEST(Scheduler, HostsStayWithTheirWorkers) {
  constexpr TaskId kHosts = 500, kEach = 5;
  Scheduler scheduler(fixed(), 1);
  const auto host_of = [](TaskId task) { return fmt::format("https://h{}:443", task / kEach); };
  for (TaskId task = 0; task < kHosts * kEach; ++task) {
    scheduler.add(task, host_of(task), 10, kStart);
  }
  std::deque<TaskId> running[2];
  std::unordered_map<std::string, Scheduler::Worker> connected;
  std::size_t moved = 0;
  const auto has_room = [&](Scheduler::Worker worker) { return running[worker].size() < 32; };
  const auto placement = [&](Scheduler::Worker worker) {
    return has_room(worker) ? Placement::good : Placement::later;
  };
  Instant now = kStart;
  for (TaskId done = 0; done < kHosts * kEach; now += std::chrono::microseconds(250)) {
    while (has_room(0) || has_room(1)) {
      const auto task = scheduler.next(now, placement);
      if (!task) break;
      const auto known = connected.find(host_of(*task));
      Scheduler::Worker worker = has_room(0) ? 0 : 1;
      if (known != connected.end() && has_room(known->second)) worker = known->second;
      if (known != connected.end() && known->second != worker) ++moved;
      running[worker].push_back(*task);
    }
    // One worker is three times as fast as the other.
    const Scheduler::Worker worker = done++ % 4 == 0 && !running[1].empty() ? 1 : 0;
    auto& of_worker = running[running[worker].empty() ? 1 - worker : worker];
    scheduler.finished(of_worker.front(), kGood, worker, now);
    connected[host_of(of_worker.front())] = worker;
    of_worker.pop_front();
  }
  EXPECT_LE(moved, kHosts / 10) << "as the slow one has hosts left when the fast one has none";
}

TEST(Scheduler, NoHostIsPassedOverForEver) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add_later(2, kA, 10, kStart + seconds(9), kStart);
  connect(scheduler, kA, 0);
  scheduler.add(1, kA, 10, kStart);
  TaskId passed = 0;
  for (TaskId task = 10; task < 1000; ++task, ++passed) {
    scheduler.add(task, kB, 10, kStart);
    const auto next = scheduler.next(kStart, [](Scheduler::Worker) { return Placement::later; });
    if (next == 1u) break;
    scheduler.finished(next.value(), kGood, 1, kStart);
  }
  EXPECT_EQ(passed, Scheduler::kMaxPassedOver) << "by the one worker that was there";
}

TEST(Scheduler, TheHighestLimitOfALinkHolds) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add(1, kA, 1, kStart);
  for (TaskId task = 2; task <= 9; ++task) scheduler.add(task, kA, task == 5 ? 3 : 2, kStart);
  EXPECT_EQ(all(scheduler).size(), 3u);
}

TEST(Scheduler, ForgetsHostsThatHaveNothingToDo) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 1000; ++task) {
    scheduler.add(task, fmt::format("http://h{}:80", task), 1, kStart);
    ASSERT_EQ(scheduler.next(kStart), task);
    scheduler.finished(task, kGood, {}, kStart);
  }
  EXPECT_EQ(scheduler.hosts(), 0u);
}

TEST(Scheduler, RemembersOnlySoManyHostsForWhatTheyTaught) {
  Scheduler scheduler(fixed(), 1);
  const HostFeedback refusal{.kind = HostFeedback::Kind::throttled, .retry_after = seconds(60)};
  const auto ask = [&](TaskId task, const std::string& host, const HostFeedback& answer) {
    scheduler.add(task, host, 1, kStart);
    const auto next = scheduler.next(kStart);
    if (next) scheduler.finished(*next, answer, {}, kStart);
    return next.has_value();
  };
  TaskId task = 0;
  for (; task < 3 * Scheduler::kMaxIdleHosts; ++task) {
    ASSERT_TRUE(ask(task, fmt::format("http://h{}:80", task), refusal));
    ASSERT_LE(scheduler.hosts(), Scheduler::kMaxIdleHosts + 1);
  }
  EXPECT_FALSE(ask(task, fmt::format("http://h{}:80", task - 1), kGood)) << "still paused";
  EXPECT_TRUE(ask(task + 1, "http://h0:80", kGood)) << "forgotten";
}

TEST(Scheduler, ClearForgetsHostsBeyondTheMostToo) {
  Scheduler scheduler(fixed(), 1);
  const HostFeedback refusal{.kind = HostFeedback::Kind::throttled, .retry_after = seconds(60)};
  constexpr TaskId kHosts = Scheduler::kMaxIdleHosts + 2000;
  for (TaskId i = 0; i < kHosts; ++i) {
    const std::string host = fmt::format("http://h{}:80", i);
    scheduler.add(2 * i, host, 1, kStart);
    ASSERT_EQ(scheduler.next(kStart), 2 * i);
    scheduler.finished(2 * i, refusal, {}, kStart);
    if (i >= kHosts / 2) scheduler.add(2 * i + 1, host, 1, kStart);
  }
  scheduler.clear(kStart);
  EXPECT_EQ(scheduler.size(), 0u);
  EXPECT_EQ(scheduler.hosts(), Scheduler::kMaxIdleHosts);
}

/// Against a plain model: random adds, delays, gifts and returns.
TEST(Scheduler, LosesNoTaskAndKeepsEveryLimitUnderRandomUse) {
  constexpr unsigned kLimit = 3;
  constexpr unsigned kHosts = 7;
  std::mt19937_64 random(7);
  Scheduler scheduler(fixed(), 1);
  std::vector<std::string> hosts;
  for (unsigned i = 0; i < kHosts; ++i) hosts.push_back(fmt::format("http://h{}:80", i));
  std::vector<unsigned> in_flight(kHosts);
  std::vector<TaskId> running;
  std::vector<bool> given(1);
  Instant now = kStart;
  for (int step = 0; step < 50'000; ++step) {
    now += std::chrono::milliseconds(random() % 3);
    const TaskId task = given.size();
    switch (random() % 4) {
      case 0:
        given.push_back(false);
        scheduler.add(task, hosts[task % kHosts], kLimit, now);
        break;
      case 1:
        given.push_back(false);
        scheduler.add_later(task, hosts[task % kHosts], kLimit,
                            now + std::chrono::milliseconds(random() % 9), now);
        break;
      default:
        if (const auto next = scheduler.next(now)) {
          ASSERT_FALSE(given.at(*next)) << "given twice";
          given[*next] = true;
          ASSERT_LE(++in_flight[*next % kHosts], kLimit);
          running.push_back(*next);
        } else if (!running.empty()) {
          std::swap(running[random() % running.size()], running.back());
          --in_flight[running.back() % kHosts];
          scheduler.finished(running.back(), kGood, {}, now);
          running.pop_back();
        }
    }
  }
  now += seconds(1);
  while (scheduler.size() > 0) {
    for (const TaskId task : all(scheduler, now)) {
      given[task] = true;
      running.push_back(task);
    }
    for (const TaskId task : running) scheduler.finished(task, kGood, {}, now);
    running.clear();
  }
  EXPECT_EQ(std::count(given.begin() + 1, given.end(), false), 0);
}

}  // namespace
}  // namespace fanfetch
