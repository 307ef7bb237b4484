// A fleet whose Redis has a replica, which becomes the master in mid-run.

#include <signal.h>

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

/// Two servers that trust each other, and the Sentinel that watches them.
class FleetSentinelTest : public FleetTest {
 protected:
  FleetSentinelTest()
      : first_(config()),
        second_(config(fmt::format("replicaof {} {}", RealRedis::address(), first_.port()))),
        sentinel_(
            {fmt::format("sentinel monitor fleet {} {} 1", RealRedis::address(), first_.port()),
             "sentinel auth-pass fleet watch", "sentinel down-after-milliseconds fleet 3000",
             "sentinel failover-timeout fleet 2000"},
            RealRedis::Kind::sentinel) {
    // The three learn of each other in any order.
    wait_for([this] {
      const std::string text = sentinel_.ask("SENTINEL REPLICAS fleet");
      return has(text, "flags\nslave\n") && has(text, "master-link-status\nok\n") &&
             has(ask(first_, "INFO replication"), "state=online");
    });
  }

  static std::vector<std::string> config(const std::string& more = "") {
    // By itself a replica says that it is at the address that it connects from.
    return {"repl-diskless-sync-delay 0", "requirepass watch", "masterauth watch",
            "replica-announce-ip " + RealRedis::address(), more};
  }
  static std::string ask(const RealRedis& redis, const std::string& command) {
    return redis.ask("-a watch --no-auth-warning " + command);
  }
  void set_lease(std::chrono::milliseconds lease) {
    (void)ask(first_, fmt::format("HSET 'ff:{{urls.txt}}:job' partitions 32 lease_ms {} stop_ms {}",
                                  lease.count(), lease.count() / 3));
  }
  [[nodiscard]] Launch by_sentinel(Launch launch) const {
    launch.args.insert(launch.args.end(),
                       {"--fleet", fmt::format("redis+sentinel://{}:{}/fleet", RealRedis::address(),
                                               sentinel_.port())});
    launch.env = {{"FANFETCH_FLEET_AUTH", "watch"}};
    return launch;
  }
  /// Without a result.
  static std::size_t links_in(const RealRedis& redis) {
    const std::string count =
        ask(redis,
            "EVAL \"local n = 0 for p = 0, 31 do "
            "n = n + redis.call('XLEN', 'ff:{urls.txt}:p:' .. p) end return n\" 0");
    return std::strtoul(count.c_str(), nullptr, 10);
  }

  RealRedis first_;
  const RealRedis second_;
  const RealRedis sentinel_;
};

TEST_F(FleetSentinelTest, AReplicaTakesOverInMidRun) {
  set_lease(3s);
  list(60, 250ms);  // it is killed before they are done
  FanfetchProcess one(by_sentinel(node_setup(1))), two(by_sentinel(node_setup(2)));
  FanfetchProcess driver(by_sentinel(driver_setup()));
  wait_for_requests(60);
  ASSERT_TRUE(has(ask(first_, "INFO replication"), "role:master"));
  first_.kill();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  for (FanfetchProcess* node : {&one, &two}) {
    const Finished ended = finish(*node);
    EXPECT_EQ(0, ended.exit_status) << ended.describe();
    EXPECT_TRUE(has(ended.err, "is back")) << ended.describe();
  }
  EXPECT_TRUE(has(ask(second_, "INFO replication"), "role:master"));
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 300u * 105 / 100 + 200);
}

/// What nodes have reported, and the driver has not read, is nowhere any more; and the leases go
/// on, so that no partition is begun from the beginning for their sake.
TEST_F(FleetSentinelTest, AReplicaThatKnowsLessTakesOver) {
  set_lease(20s);
  list(40, 250ms);  // the driver stands still before they are done
  FanfetchProcess one(by_sentinel(node_setup(1))), two(by_sentinel(node_setup(2)));
  FanfetchProcess driver(by_sentinel(driver_setup()));
  wait_for_requests(40);
  (void)ask(second_, "CONFIG SET masterauth wrong");
  (void)ask(second_, "CLIENT KILL TYPE master");
  wait_for([this] { return has(ask(second_, "INFO replication"), "master_link_status:down"); });
  driver.signal(SIGSTOP);
  wait_for([this] { return links_in(first_) == 0; });
  ASSERT_GT(links_in(second_), 0u);
  ASSERT_TRUE(has(ask(first_, "INFO replication"), "role:master"));
  first_.kill();
  driver.signal(SIGCONT);
  expect_good_end(driver, {&one, &two});
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 200u * 105 / 100 + 200);
}

/// As in the seconds before another one is the master, while the old one lives.
TEST_F(FleetSentinelTest, AMasterWhoseReplicaHasLeftIsNotBelieved) {
  set_lease(1500ms);
  list(60, 400ms);
  FanfetchProcess driver(by_sentinel(driver_setup()));
  FanfetchProcess node(by_sentinel(node_setup(1)));
  wait_for_requests(20);
  (void)ask(second_, "CONFIG SET masterauth wrong");
  (void)ask(second_, "CLIENT KILL TYPE master");
  EXPECT_TRUE(node.wait_for_stderr("no replica of the fleet's Redis knows the latest leases"));
  wait_for([this] {
    const std::size_t before = requests();
    std::this_thread::sleep_for(1s);
    return requests() == before && before < static_cast<std::size_t>(links_);
  });
  (void)ask(second_, "CONFIG SET masterauth watch");
  expect_good_end(driver, {&node});
  expect_all_saved();
  expect_limits_held();
}

/// A Redis with a replica, which stands still at times. Nobody makes that one the master.
class FleetReplicaTest : public FleetTest {
 protected:
  FleetReplicaTest()
      : FleetTest({"repl-diskless-sync-delay 0"}),
        replica_({fmt::format("replicaof {} {}", RealRedis::address(), redis_.port())}) {
    wait_for([this] { return has(redis_.ask("INFO replication"), "state=online"); });
  }

  const RealRedis replica_;
};

/// A master that its replicas do not hear any more may not be the master for long.
TEST_F(FleetReplicaTest, ALeaseThatNoReplicaKnowsDoesNotCount) {
  set_lease(1500ms);
  list(60, 400ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  replica_.freeze();
  EXPECT_TRUE(node.wait_for_stderr("no replica of the fleet's Redis knows the latest leases"));
  wait_for([this] {
    const std::size_t before = requests();
    std::this_thread::sleep_for(1s);
    return requests() == before && before < static_cast<std::size_t>(links_);
  });
  replica_.thaw();
  expect_good_end(driver, {&node});
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetReplicaTest, AJobThatNoReplicaKnowsHasNotBegun) {
  list(10, 5ms);
  replica_.freeze();
  FanfetchProcess node(node_setup(1));
  FanfetchProcess driver(driver_setup());
  EXPECT_TRUE(
      driver.wait_for_stderr("no replica of the fleet's Redis knows that job 'urls.txt' "
                             "has begun; trying on"));
  EXPECT_EQ(0u, links_in_redis() + requests());
  replica_.thaw();
  expect_good_end(driver, {&node});
  expect_all_saved();
  EXPECT_EQ(50u, requests());
}

TEST_F(FleetReplicaTest, ALastWordThatNoReplicaKnowsIsSaidAgain) {
  list(20, 100ms);  // it stands still before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  replica_.freeze();
  const auto is_done = [this] { return redis_.ask("HGET 'ff:{urls.txt}:job' state") == "done\n"; };
  wait_for(is_done);
  (void)redis_.ask("HSET 'ff:{urls.txt}:job' state running");  // as the next master has it
  wait_for(is_done);
  replica_.thaw();
  const Finished end = expect_good_end(driver, {&node});
  EXPECT_FALSE(has(end.err, "could not be told of the end")) << end.describe();
  expect_all_saved();
}

}  // namespace
}  // namespace fanfetch::system
