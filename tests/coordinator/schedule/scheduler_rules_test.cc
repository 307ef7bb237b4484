// What changes, and is seen, in mid-run.

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "coordinator/schedule/scheduler.h"
#include "tests/coordinator/schedule/scheduler_tasks.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr char kHostA[] = "https://a.test:443";
constexpr char kHostB[] = "http://b.test:8080";
const HostFeedback kGoodWithBytes{.kind = HostFeedback::Kind::healthy, .bytes = 1000};

std::vector<TaskId> skipped(Scheduler& scheduler) {
  std::vector<TaskId> tasks;
  while (const auto given_up = scheduler.next_given_up()) {
    EXPECT_EQ(given_up->failed, nullptr);
    tasks.push_back(given_up->task);
  }
  return tasks;
}

TEST(HostLimits, AreFoundByHostAndPort) {
  const HostLimits limits = {{"a.test", {}, 1}, {"a.test", 8443, 2}, {"[::1]", 80, {}}};
  const struct {
    const char* origin;
    std::optional<std::size_t> expected;
  } kCases[] = {{"https://a.test:443", 0},     {"https://a.test:8443", 1},
                {"http://[::1]:80", 2},        {"http://[::1]:81", {}},
                {"https://b.test:443", {}},    {"https://aa.test:443", {}},
                {"https://a.test.org:443", {}}};
  for (const auto& one : kCases) {
    const HostLimit* found = find_limit(limits, one.origin);
    ASSERT_EQ(found != nullptr, one.expected.has_value()) << one.origin;
    if (found != nullptr) {
      EXPECT_EQ(found, &limits[*one.expected]) << one.origin;
    }
  }
  EXPECT_EQ(find_limit({}, kHostA), nullptr);
}

TEST(HostLimits, OnePerHostAndPort) {
  HostLimits limits;
  put_limit(limits, {"a.test", {}, 1});
  put_limit(limits, {"a.test", 80, 2});
  put_limit(limits, {"a.test", {}, 3});
  EXPECT_EQ(limits, (HostLimits{{"a.test", 80, 2}, {"a.test", {}, 3}}));
  drop_limit(limits, "a.test", 80);
  EXPECT_EQ(limits, (HostLimits{{"a.test", {}, 3}}));
}

TEST(SchedulerRules, AHostMayHaveALimitOfItsOwn) {
  HostRules rules = fixed();
  rules.limits = {{"a.test", {}, 2}};
  Scheduler scheduler(rules, 1);
  for (TaskId task = 1; task <= 5; ++task) scheduler.add(task, kHostA, 100, kStart);
  for (TaskId task = 11; task <= 13; ++task) scheduler.add(task, kHostB, 100, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 11, 2, 12, 13}));
}

TEST(SchedulerRules, ASkippedHostsTasksEndWithoutARequest) {
  HostRules rules = fixed();
  rules.limits = {{"a.test", {}, {}}};
  Scheduler scheduler(rules, 1);
  scheduler.add(1, kHostA, 10, kStart);
  scheduler.add(2, kHostB, 10, kStart);
  scheduler.add_later(3, kHostA, 10, kStart + 1h, kStart);
  EXPECT_EQ(skipped(scheduler), (std::vector<TaskId>{1, 3}));
  EXPECT_EQ(all(scheduler), std::vector<TaskId>{2});
}

TEST(SchedulerRules, AHostIsSkippedFromNowOnAndTakenUpAgain) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add(1, kHostA, 1, kStart);
  scheduler.add(2, kHostA, 1, kStart);
  EXPECT_EQ(all(scheduler), std::vector<TaskId>{1});
  HostRules rules = fixed();
  rules.limits = {{"a.test", 443, {}}};
  scheduler.set_rules(rules, kStart);
  EXPECT_EQ(skipped(scheduler), std::vector<TaskId>{2}) << "what is in flight finishes";
  scheduler.finished(1, kGoodWithBytes, {}, kStart);
  scheduler.add(3, kHostA, 1, kStart);
  EXPECT_EQ(skipped(scheduler), std::vector<TaskId>{3});
  scheduler.set_rules(fixed(), kStart);
  scheduler.add(4, kHostA, 1, kStart);
  EXPECT_EQ(all(scheduler), std::vector<TaskId>{4});
}

TEST(SchedulerRules, MorePerHostIsThereImmediately) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 9; ++task) scheduler.add(task, kHostA, 2, kStart);
  EXPECT_EQ(all(scheduler).size(), 2u);
  HostRules rules = fixed();
  rules.per_host = 5;
  scheduler.set_rules(rules, kStart);
  EXPECT_EQ(all(scheduler).size(), 3u);
  rules.per_host = 1;
  scheduler.set_rules(rules, kStart);
  for (TaskId task = 1; task <= 4; ++task) scheduler.finished(task, kGoodWithBytes, {}, kStart);
  EXPECT_EQ(all(scheduler).size(), 0u) << "one is in flight";
  scheduler.finished(5, kGoodWithBytes, {}, kStart);
  EXPECT_EQ(all(scheduler).size(), 1u);
  scheduler.set_rules(fixed(), kStart);
  EXPECT_EQ(all(scheduler).size(), 1u) << "two at once, as the tasks came with";
}

TEST(SchedulerRules, TasksRaiseNoLimitOfTheRules) {
  HostRules rules = fixed();
  rules.per_host = 1;
  Scheduler scheduler(rules, 1);
  scheduler.add(1, kHostA, 5, kStart);
  scheduler.add(2, kHostA, 50, kStart);
  EXPECT_EQ(all(scheduler).size(), 1u);
  scheduler.set_rules(fixed(), kStart);
  for (TaskId task = 3; task <= 100; ++task) scheduler.add(task, kHostA, 5, kStart);
  EXPECT_EQ(all(scheduler).size(), 49u) << "the highest that a task came with";
}

TEST(SchedulerRules, ASlowRateThatIsOverHoldsNothingBack) {
  HostRules rules = fixed();
  rules.rate = 0.001;
  Scheduler scheduler(rules, 1);
  for (TaskId task = 1; task <= 4; ++task) scheduler.add(task, kHostA, 10, kStart);
  EXPECT_EQ(all(scheduler).size(), 1u);
  EXPECT_EQ(scheduler.next_due(), kStart + 1000s);
  rules.rate = 2;
  scheduler.set_rules(rules, kStart);
  EXPECT_EQ(scheduler.next_due(), kStart + 500ms);
  EXPECT_EQ(all(scheduler, kStart + 500ms).size(), 1u);
  scheduler.set_rules(fixed(), kStart + 500ms);
  EXPECT_EQ(all(scheduler, kStart + 500ms).size(), 2u);
}

TEST(SchedulerRules, APauseThatAHostAskedForStays) {
  Scheduler scheduler(fixed(), 1);
  scheduler.add(1, kHostA, 10, kStart);
  scheduler.add(2, kHostA, 10, kStart);
  EXPECT_EQ(all(scheduler).size(), 2u);
  scheduler.add(3, kHostA, 10, kStart);
  scheduler.finished(1, {.kind = HostFeedback::Kind::throttled, .retry_after = 100s}, {}, kStart);
  HostRules rules = fixed();
  rules.per_host = 50;
  scheduler.set_rules(rules, kStart + 1s);
  EXPECT_EQ(all(scheduler, kStart + 99s).size(), 0u);
}

// --- The view ---

TEST(SchedulerView, TellsHowItStandsWithEachHost) {
  Scheduler scheduler(fixed(), 1);
  for (TaskId task = 1; task <= 5; ++task) scheduler.add(task, kHostA, 2, kStart);
  scheduler.add_later(6, kHostA, 2, kStart + 5s, kStart);
  scheduler.add(11, kHostB, 2, kStart);
  EXPECT_EQ(all(scheduler), (std::vector<TaskId>{1, 11, 2}));
  scheduler.finished(1, kGoodWithBytes, {}, kStart);
  Failed failed{.message = "reset"};
  scheduler.finished(2, {.kind = HostFeedback::Kind::failed, .failure = failed}, {}, kStart);

  const auto hosts = scheduler.top_hosts(HostOrder::waiting, 10, kStart);
  ASSERT_EQ(hosts.size(), 2u);
  EXPECT_EQ(hosts[0].host, kHostA);
  EXPECT_EQ(hosts[0].in_flight, 0u);
  EXPECT_EQ(hosts[0].limit, 2u);
  EXPECT_EQ(hosts[0].waiting, 4u);
  EXPECT_EQ(hosts[0].done, 2u);
  EXPECT_EQ(hosts[0].failed, 1u);
  EXPECT_EQ(hosts[0].bytes, 1000u);
  EXPECT_EQ(hosts[0].state, HostView::State::open);
  EXPECT_EQ(hosts[1].host, kHostB);
  EXPECT_EQ(hosts[1].in_flight, 1u);
}

TEST(SchedulerView, HasTheFirstInTheOrderThatIsAskedFor) {
  Scheduler scheduler(fixed(), 1);
  TaskId task = 1;
  for (const char* host : {"http://c:80", "http://a:80", "http://b:80"}) {
    scheduler.add(task++, host, 2, kStart);
  }
  scheduler.add(task++, "http://b:80", 2, kStart);
  (void)all(scheduler);
  const auto names = [&](HostOrder order, std::size_t most) {
    std::vector<std::string> hosts;
    for (const auto& host : scheduler.top_hosts(order, most, kStart)) hosts.push_back(host.host);
    return hosts;
  };
  EXPECT_EQ(names(HostOrder::in_flight, 2),
            (std::vector<std::string>{"http://b:80", "http://a:80"}));
  EXPECT_EQ(names(HostOrder::failed, 9),
            (std::vector<std::string>{"http://a:80", "http://b:80", "http://c:80"}));
  EXPECT_EQ(names(HostOrder::bytes, 0), std::vector<std::string>{});
}

TEST(SchedulerView, SaysWhyAHostIsNotAsked) {
  HostRules rules = fixed();
  rules.limits = {{"b.test", {}, {}}};
  Scheduler scheduler(rules, 1);
  scheduler.add(1, kHostA, 2, kStart);
  scheduler.add(2, kHostA, 2, kStart);
  EXPECT_EQ(all(scheduler).size(), 2u);
  scheduler.add(3, kHostA, 2, kStart);
  scheduler.finished(1, {.kind = HostFeedback::Kind::throttled, .retry_after = 100s}, {}, kStart);
  auto hosts = scheduler.top_hosts(HostOrder::pause, 1, kStart);
  ASSERT_EQ(hosts.size(), 1u);
  EXPECT_EQ(hosts[0].state, HostView::State::paused);
  EXPECT_GE(hosts[0].until, kStart + 100s);
}

}  // namespace
}  // namespace fanfetch
