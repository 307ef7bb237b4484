// One node's leases, event by event; what all of them do together is fleet_simulation_test.cc's.

#include "coordinator/fleet/node_leases.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fanfetch {
namespace {

using std::chrono::seconds;
using Kind = LeaseAction::Kind;
using Seen = PartitionSeen;

const ServerId kMaster{.run_id = "r1", .replication_id = "m1"};
const Era kEra{.server = kMaster, .nonce = "n", .is_open = true};
const Era kClosed{.server = kMaster, .nonce = "n"};

/// A node of a job with four partitions, and what it wants.
class NodeLeasesTest : public testing::Test {
 protected:
  BootInstant now() const { return BootInstant(time_); }
  /// The actions of that kind at this time, as partitions; all others are kept for later calls.
  std::vector<unsigned> wants(Kind kind) {
    node_.next(now(), actions_);
    std::vector<unsigned> partitions;
    std::erase_if(actions_, [&](const LeaseAction& action) {
      if (action.kind != kind) return false;
      partitions.push_back(action.partition);
      last_[action.partition] = action;
      return true;
    });
    return partitions;
  }
  void connect(std::optional<Era> era = kEra) {
    node_.on_connected();
    look({Seen::handed_back, Seen::handed_back, Seen::handed_back, Seen::handed_back}, era);
  }
  void look(std::vector<Seen> seen, std::optional<Era> era = kEra) {
    ASSERT_EQ(wants(Kind::look).size(), 1u);
    node_.on_look(kMaster, era, seen, now());
  }
  void answer(unsigned partition, LeaseAnswer answer) {
    node_.on_answer(partition, last_.at(partition).request, answer, now());
  }
  /// Works on its share from the beginning.
  void start(unsigned rank, unsigned nodes) {
    node_.on_nodes(rank, nodes, now());
    connect();
    for (const unsigned partition : wants(Kind::take)) answer(partition, LeaseAnswer::yes);
    (void)wants(Kind::work);
  }
  void renew_all() {
    for (const unsigned partition : wants(Kind::renew)) answer(partition, LeaseAnswer::yes);
  }

  Duration time_ = seconds(1000);
  NodeLeases node_{kLeaseRules, 4};
  std::vector<LeaseAction> actions_;
  std::map<unsigned, LeaseAction> last_;  // of each partition
};

using Partitions = std::vector<unsigned>;
constexpr Seen kOwned = Seen::owned, kFree = Seen::handed_back, kLost = Seen::lost;

/// Redis may say that it cannot at present, and a lease does not wait.
TEST_F(NodeLeasesTest, ARenewalThatIsRefusedIsAskedForAgain) {
  start(0, 2);
  time_ += kLeaseRules.renew_every;
  ASSERT_EQ(wants(Kind::renew), (Partitions{0, 1}));
  EXPECT_TRUE(wants(Kind::renew).empty());
  node_.on_unanswered(0, last_.at(0).request);
  node_.on_unanswered(1, last_.at(1).request - 100);
  node_.on_unanswered(3, 1);
  EXPECT_EQ(wants(Kind::renew), (Partitions{0}));
  answer(0, LeaseAnswer::yes);
  EXPECT_TRUE(wants(Kind::renew).empty());
}

TEST_F(NodeLeasesTest, TakesItsShareFromItsOwnPlace) {
  node_.on_nodes(1, 2, now());
  connect();
  EXPECT_EQ(wants(Kind::take), (Partitions{2, 3}));
  answer(3, LeaseAnswer::yes);
  EXPECT_EQ(wants(Kind::work), (Partitions{3}));
  EXPECT_EQ(node_.working(), 1u);
  EXPECT_TRUE(node_.may_begin(3, now()));
  EXPECT_FALSE(node_.may_begin(2, now()));
  answer(2, LeaseAnswer::no);
  EXPECT_TRUE(wants(Kind::look).empty());
  time_ += kLeaseRules.look_every;
  look({kOwned, kFree, kOwned, kOwned});
  EXPECT_EQ(wants(Kind::take), (Partitions{1})) << "the next one behind its own";
}

TEST_F(NodeLeasesTest, TakesNothingThatItDoesNotKnowOf) {
  connect();
  EXPECT_TRUE(wants(Kind::take).empty()) << "nobody said who lives";
  node_.on_nodes(std::nullopt, 3, now());
  time_ += kLeaseRules.look_every;
  EXPECT_TRUE(wants(Kind::look).empty());
  node_.on_nodes(0, 1, now());
  look({kFree, kOwned, kLost, kOwned});
  EXPECT_EQ(wants(Kind::take), (Partitions{0}));
  EXPECT_TRUE(wants(Kind::take_lost).empty());
}

TEST_F(NodeLeasesTest, ALostPartitionIsWaitedFor) {
  node_.on_nodes(0, 1, now());
  node_.on_connected();
  const std::vector<Seen> seen = {kOwned, kLost, kOwned, kOwned};
  look(seen);
  const Duration first = time_;
  while (time_ + kLeaseRules.look_every < first + kLeaseRules.takeover) {
    time_ += kLeaseRules.look_every;
    look(seen);
    EXPECT_TRUE(wants(Kind::take_lost).empty());
  }
  time_ += kLeaseRules.look_every;
  look(seen);
  EXPECT_EQ(wants(Kind::take_lost), (Partitions{1}));
}

/// Somebody had it in the meantime, or could have had it unseen.
TEST_F(NodeLeasesTest, TheWaitBeginsAgain) {
  for (const bool gap : {true, false}) {
    node_ = NodeLeases(kLeaseRules, 4);
    node_.on_nodes(0, 1, now());
    node_.on_connected();
    const std::vector<Seen> seen = {kOwned, kLost, kOwned, kOwned};
    look(seen);
    if (gap) {
      node_.on_connection_lost();
      time_ += kLeaseRules.lease / 2;
      node_.on_connected();
      look(seen);
    } else {
      time_ += kLeaseRules.look_every;
      look({kOwned, kOwned, kOwned, kOwned});
      time_ += kLeaseRules.look_every;
      look(seen);
    }
    const Duration again = time_;
    while (time_ + kLeaseRules.look_every < again + kLeaseRules.takeover) {
      time_ += kLeaseRules.look_every;
      look(seen);
      EXPECT_TRUE(wants(Kind::take_lost).empty()) << gap;
    }
    time_ += kLeaseRules.look_every;
    look(seen);
    EXPECT_EQ(wants(Kind::take_lost), (Partitions{1})) << gap;
  }
}

TEST_F(NodeLeasesTest, ALookThatTookLongSaysNothingOfThePresent) {
  node_.on_nodes(0, 1, now());
  node_.on_connected();
  ASSERT_EQ(wants(Kind::look).size(), 1u);
  time_ += kLeaseRules.look_takes_at_most + seconds(1);
  const std::vector<Seen> seen(4, kFree);
  node_.on_look(kMaster, kEra, seen, now());
  EXPECT_TRUE(wants(Kind::take).empty());
  time_ += kLeaseRules.look_every;
  look(seen);
  EXPECT_EQ(wants(Kind::take).size(), 4u);
}

TEST_F(NodeLeasesTest, WithoutAnEraItClosesWaitsAndOpens) {
  node_.on_nodes(0, 1, now());
  connect(std::nullopt);
  EXPECT_EQ(wants(Kind::record_era).size(), 1u);
  const std::vector<Seen> seen(4, kFree);
  look(seen, kClosed);
  EXPECT_TRUE(wants(Kind::take).empty());
  time_ += kLeaseRules.takeover - seconds(1);
  EXPECT_TRUE(wants(Kind::record_era).empty());
  look(seen, kClosed);
  time_ += seconds(1);
  EXPECT_EQ(node_.wake_at(), now());
  EXPECT_EQ(wants(Kind::record_era).size(), 1u);
  look(seen);
  EXPECT_EQ(wants(Kind::take).size(), 4u);
  EXPECT_TRUE(wants(Kind::record_era).empty());
}

/// As after a FLUSHALL.
TEST_F(NodeLeasesTest, AListWithoutAnyNode) {
  node_.on_nodes(std::nullopt, 0, now());
  connect(kClosed);
  EXPECT_EQ(node_.wake_at(), now() + kLeaseRules.takeover + kLeaseRules.renew_every);
  time_ += kLeaseRules.takeover + kLeaseRules.renew_every;
  EXPECT_EQ(wants(Kind::record_era).size(), 1u);
}

/// What Redis has may be another Redis' by now.
TEST_F(NodeLeasesTest, OnANewConnectionItLooksBeforeItOpensAnything) {
  node_.on_nodes(0, 1, now());
  connect(kClosed);
  node_.on_connection_lost();
  time_ += kLeaseRules.takeover * 2;
  node_.on_connected();
  EXPECT_TRUE(wants(Kind::record_era).empty());
  EXPECT_EQ(wants(Kind::look).size(), 1u);
}

TEST_F(NodeLeasesTest, ATakeOfAnEndedEraAsksWhatThereIs) {
  node_.on_nodes(0, 1, now());
  connect();
  EXPECT_EQ(wants(Kind::take).size(), 4u);
  answer(0, LeaseAnswer::refused);
  look({kLost, kLost, kLost, kLost}, std::nullopt);
  EXPECT_TRUE(wants(Kind::take).empty());
  EXPECT_EQ(wants(Kind::record_era).size(), 1u);
}

TEST_F(NodeLeasesTest, WhatIsOverItsShareIsHandedBackOnceThatLasts) {
  start(0, 1);
  EXPECT_EQ(node_.working(), 4u);
  node_.on_nodes(0, 3, now());
  EXPECT_TRUE(wants(Kind::stop).empty());
  node_.on_nodes(0, 1, now());  // the list wavered
  time_ += kLeaseRules.settle;
  EXPECT_TRUE(wants(Kind::stop).empty());
  renew_all();
  node_.on_nodes(0, 3, now());
  EXPECT_EQ(node_.wake_at(), now() + kLeaseRules.settle);
  time_ += kLeaseRules.settle;
  EXPECT_EQ(wants(Kind::stop), (Partitions{3, 2})) << "those that were taken last";
  renew_all();
  EXPECT_EQ(last_.at(3).kind, Kind::renew) << "its transfers still run";
  EXPECT_TRUE(wants(Kind::give_back).empty());
  node_.on_stopped(3);
  EXPECT_EQ(wants(Kind::give_back), (Partitions{3}));
  answer(3, LeaseAnswer::yes);
  EXPECT_EQ(node_.stop_by(3), std::nullopt);
  node_.on_nodes(0, 3, now());
  time_ += kLeaseRules.settle;
  EXPECT_TRUE(wants(Kind::stop).empty());
}

TEST_F(NodeLeasesTest, ANodeThatIsOffTheListKeepsWhatItHas) {
  start(0, 1);
  node_.on_nodes(std::nullopt, 2, now());
  time_ += kLeaseRules.settle;
  EXPECT_TRUE(wants(Kind::stop).empty());
}

TEST_F(NodeLeasesTest, CutOffItWorksOnUntilItsLeaseIsOver) {
  start(0, 1);
  node_.on_connection_lost();
  time_ += kLeaseRules.usable - seconds(1);
  EXPECT_TRUE(wants(Kind::stop).empty());
  EXPECT_TRUE(wants(Kind::renew).empty());
  EXPECT_TRUE(node_.may_begin(0, now()));
  EXPECT_EQ(node_.wake_at(), now() + seconds(1));
  time_ += seconds(1);
  EXPECT_FALSE(node_.may_begin(0, now()));
  EXPECT_EQ(wants(Kind::stop), (Partitions{0, 1, 2, 3}));
  EXPECT_EQ(last_.at(0).stop_by, now() + kLeaseRules.stop);
  EXPECT_EQ(node_.stop_by(0), now() + kLeaseRules.stop);
  // It is back in time to find that one is still its own.
  node_.on_stopped(0);
  node_.on_connected();
  EXPECT_EQ(wants(Kind::renew), (Partitions{0}));
  answer(0, LeaseAnswer::yes);
  EXPECT_EQ(wants(Kind::work), (Partitions{0}));
}

TEST_F(NodeLeasesTest, ASleeperStopsAllAtOnce) {
  start(0, 1);
  time_ += std::chrono::minutes(5);
  EXPECT_EQ(wants(Kind::stop), (Partitions{0, 1, 2, 3}));
  EXPECT_LT(last_.at(0).stop_by, now());
  EXPECT_EQ(node_.working(), 0u);
}

/// What it would have handed back is over before that.
TEST_F(NodeLeasesTest, ASleeperWithTooManyStopsAtOnceToo) {
  start(0, 1);
  node_.on_nodes(0, 4, now());
  time_ += std::chrono::minutes(5);
  EXPECT_EQ(wants(Kind::stop), (Partitions{0, 1, 2, 3}));
  for (const auto& [partition, action] : last_) EXPECT_LT(action.stop_by, now()) << partition;
}

TEST_F(NodeLeasesTest, ALeaseThatIsGoneIsStopped) {
  start(0, 1);
  time_ += kLeaseRules.renew_every;
  EXPECT_EQ(wants(Kind::renew).size(), 4u);
  answer(2, LeaseAnswer::no);
  EXPECT_EQ(wants(Kind::stop), (Partitions{2}));
  EXPECT_EQ(last_.at(2).stop_by, now() + kLeaseRules.stop);
  node_.on_stopped(2);
  EXPECT_TRUE(wants(Kind::give_back).empty());
}

TEST_F(NodeLeasesTest, LeavingHandsAllBack) {
  start(0, 1);
  node_.leave(now());
  EXPECT_EQ(wants(Kind::stop).size(), 4u);
  EXPECT_FALSE(node_.may_begin(0, now()));
  for (unsigned partition = 0; partition < 4; ++partition) node_.on_stopped(partition);
  EXPECT_EQ(wants(Kind::give_back).size(), 4u);
  EXPECT_FALSE(node_.has_left());
  for (unsigned partition = 0; partition < 4; ++partition) answer(partition, LeaseAnswer::yes);
  EXPECT_TRUE(node_.has_left());
  EXPECT_EQ(node_.wake_at(), std::nullopt);
}

/// What it asked for and is given while it leaves is handed back, too.
TEST_F(NodeLeasesTest, LeavingWhileItTakes) {
  node_.on_nodes(0, 1, now());
  connect();
  EXPECT_EQ(wants(Kind::take).size(), 4u);
  answer(0, LeaseAnswer::no);
  answer(1, LeaseAnswer::no);
  answer(2, LeaseAnswer::no);
  node_.leave(now());
  EXPECT_GT(node_.wake_at(), now());
  answer(3, LeaseAnswer::yes);
  EXPECT_EQ(wants(Kind::work), (Partitions{3}));
  EXPECT_EQ(wants(Kind::stop), (Partitions{3}));
  node_.on_stopped(3);
  EXPECT_EQ(wants(Kind::give_back), (Partitions{3}));
}

TEST_F(NodeLeasesTest, EachTakingHasANumberOfItsOwn) {
  start(0, 1);
  const TakeNumber first = last_.at(0).take;
  time_ += kLeaseRules.renew_every;
  (void)wants(Kind::renew);
  EXPECT_EQ(last_.at(0).take, first);
  answer(0, LeaseAnswer::no);
  (void)wants(Kind::stop);
  node_.on_stopped(0);
  look({kFree, kOwned, kOwned, kOwned});
  EXPECT_EQ(wants(Kind::take), (Partitions{0}));
  EXPECT_NE(last_.at(0).take, first);
}

}  // namespace
}  // namespace fanfetch
