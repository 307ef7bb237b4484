// A host in pieces, some of them here and some elsewhere: together they keep to its limits.

#include <gtest/gtest.h>

#include <vector>

#include "coordinator/schedule/scheduler.h"
#include "tests/coordinator/schedule/scheduler_tasks.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

constexpr char kCdn[] = "https://cdn.test:443";
constexpr unsigned kPieces = 4;

/// A node that has some of the pieces, with more links of each than it may ask for.
struct NodeWithPieces {
  NodeWithPieces(const HostRules& rules, unsigned limit, std::vector<unsigned> pieces)
      : scheduler(rules, 1) {
    for (const unsigned piece : pieces) {
      for (int n = 0; n < 40; ++n) {
        scheduler.add(++last, kCdn, limit, kStart, {.number = piece, .count = kPieces});
      }
    }
  }
  Scheduler scheduler;
  TaskId last = 0;
};

TEST(HostPieces, TogetherTheyHaveTheHostsLimit) {
  for (const unsigned limit : {4u, 5u, 6u, 7u, 16u}) {
    NodeWithPieces one(fixed(), limit, {0, 2}), two(fixed(), limit, {1}),
        three(fixed(), limit, {3});
    const std::size_t sum =
        all(one.scheduler).size() + all(two.scheduler).size() + all(three.scheduler).size();
    EXPECT_EQ(sum, limit);
    NodeWithPieces alone(fixed(), limit, {0, 1, 2, 3});
    EXPECT_EQ(all(alone.scheduler).size(), limit);
  }
}

TEST(HostPieces, AnAdaptiveLimitIsDividedToo) {
  NodeWithPieces node({}, 16, {0, 1, 2, 3});
  std::size_t most = 0;
  Instant now = kStart;
  for (int round = 0; round < 30; ++round, now += 10ms) {
    auto tasks = all(node.scheduler, now);
    most = std::max(most, tasks.size());
    for (const TaskId task : tasks) {
      node.scheduler.finished(task, {.kind = HostFeedback::Kind::healthy, .bytes = 100}, {}, now);
    }
  }
  EXPECT_GT(most, 4u) << "each piece learns";
  EXPECT_LE(most, 16u);
}

TEST(HostPieces, TogetherTheyHaveTheHostsRate) {
  HostRules rules = fixed();
  rules.rate = 8;
  NodeWithPieces one(rules, 16, {0, 1, 2}), two(rules, 16, {3});
  std::size_t begun = 0;
  for (Instant now = kStart; now < kStart + 10s; now += 50ms) {
    for (NodeWithPieces* node : {&one, &two}) {
      for (const TaskId task : all(node->scheduler, now)) {
        ++begun;
        node->scheduler.finished(task, {.kind = HostFeedback::Kind::healthy}, {}, now);
      }
    }
  }
  EXPECT_GE(begun, 78u);
  EXPECT_LE(begun, 80u + kPieces) << "the first of each at once";
}

TEST(HostPieces, TheUsersLimitOfTheHostIsDivided) {
  HostRules rules = fixed();
  rules.limits = {{"cdn.test", {}, 6}};
  NodeWithPieces node(rules, 16, {0, 1, 2, 3});
  EXPECT_EQ(all(node.scheduler).size(), 6u);
  HostRules more = fixed();
  more.limits = {{"cdn.test", 443, 9}};
  node.scheduler.set_rules(more, kStart);
  EXPECT_EQ(all(node.scheduler).size(), 3u) << "three more";
  HostRules less = fixed();
  less.per_host = 1;
  NodeWithPieces few(less, 16, {0, 1});
  EXPECT_EQ(all(few.scheduler).size(), 2u) << "one of each piece, at least";
  HostRules skip = fixed();
  skip.limits = {{"cdn.test", {}, {}}};
  NodeWithPieces none(skip, 16, {2});
  EXPECT_TRUE(all(none.scheduler).empty());
  EXPECT_TRUE(none.scheduler.next_given_up());
}

TEST(HostPieces, APieceHasANameOfItsOwn) {
  NodeWithPieces node(fixed(), 8, {1});
  node.scheduler.add(1000, kCdn, 8, kStart);
  const auto hosts = node.scheduler.top_hosts(HostOrder::waiting, 9, kStart);
  ASSERT_EQ(hosts.size(), 2u);
  EXPECT_EQ(hosts[0].host, "https://cdn.test:443#2/4");
  EXPECT_EQ(hosts[0].limit, 2u);
  EXPECT_EQ(hosts[1].host, "https://cdn.test:443") << "where a redirect of another host has led";
  EXPECT_EQ(hosts[1].limit, 8u);
}

TEST(HostPieces, TasksRaiseTheLimitOfThePiece) {
  Scheduler scheduler(fixed(), 1);
  const HostPiece piece{.number = 0, .count = 4};
  for (TaskId task = 1; task <= 5; ++task) scheduler.add(task, kCdn, 4, kStart, piece);
  EXPECT_EQ(all(scheduler).size(), 1u);
  scheduler.add_later(6, kCdn, 16, kStart, kStart, piece);
  EXPECT_EQ(all(scheduler).size(), 3u) << "a quarter of 16";
}

}  // namespace
}  // namespace fanfetch
