// What may be lost while a fleet works: nodes, drivers, Redis, and what it says.

#include <signal.h>
#include <unistd.h>

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

TEST_F(FleetTest, ANodeThatIsKilledLeavesNothingBehind) {
  set_lease(1500ms);
  list(250, 5ms);  // it has more of each host than others read at once
  FanfetchProcess driver(driver_setup());
  auto victim = std::make_unique<FanfetchProcess>(node_setup(1));
  wait_for_requests(30);  // all hosts are its own: it is alone
  FanfetchProcess other(node_setup(2));
  victim->signal(SIGKILL);
  (void)victim->wait();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(other);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  EXPECT_TRUE(has(ended.err, "were lost with their owner: they are taken over within 2s"))
      << ended.describe();
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 1250u * 105 / 100 + 200);
}

/// Its workers do not: what they have in flight ends before another node may ask the host.
TEST_F(FleetTest, ANodeThatStandsStillKeepsNoTransferBeyondItsLease) {
  set_lease(3s);
  list(2, 0ms);
  std::string text = read_file(folder_.at("urls.txt"));
  for (std::size_t n = 0; n < kPerHost; ++n) {
    const std::string path = fmt::format("/slow-{}/photo.jpg", n);
    Reply silent = ok(""), late = ok(noise(2000, static_cast<unsigned>(++links_)));
    silent.silent = true;
    late.delay = 200ms;
    origins_[0]->serve_in_turn(path, {silent, late});
    text += origins_[0]->url(path) + "\n";
  }
  (void)folder_.write("urls.txt", text);
  FanfetchProcess driver(driver_setup());
  auto frozen = std::make_unique<FanfetchProcess>(node_setup(1));
  wait_for_requests(links_);
  frozen->signal(SIGSTOP);  // this one process, not its workers
  FanfetchProcess other(node_setup(2));
  wait_for_requests(links_ + kPerHost);
  frozen->signal(SIGKILL);
  (void)frozen->wait();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(other);
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, ADriverThatIsKilledGoesOn) {
  list(30, 20ms);
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  {
    FanfetchProcess driver(driver_setup());
    wait_for_requests(60);
    driver.signal(SIGKILL);
    (void)driver.wait();
  }
  const Finished end = run(driver_setup());
  EXPECT_EQ(0, end.exit_status) << end.describe();
  for (FanfetchProcess* node : {&one, &two}) {
    const Finished ended = finish(*node);
    EXPECT_EQ(0, ended.exit_status) << ended.describe();
  }
  expect_all_saved();
  expect_limits_held();
  EXPECT_EQ(150u, requests()) << "a node answers for what it has";
}

/// Lower ones, higher ones, and none; what `fanfetch set` says comes first.
TEST_F(FleetTest, NodesThatLiveOnGoByTheLimitsOfTheDriverThatRuns) {
  list(600, 100ms);  // more than they get done
  FanfetchProcess node(node_setup(1));
  std::unique_ptr<FanfetchProcess> driver;
  const auto begin = [&](std::vector<std::string> limits) {
    if (driver) driver->signal(SIGKILL);
    if (driver) (void)driver->wait();
    driver = std::make_unique<FanfetchProcess>(driver_setup(std::move(limits)));
  };
  begin({"--rate", "900/s"});
  wait_for_requests(20);
  begin({"--per-host", "1", "--host-limit", "127.0.0.21=2"});
  EXPECT_TRUE(
      node.wait_for_stderr("set by the fleet's driver: rate none, per-host 1, host.127.0.0.21 2"));
  begin({"--host-limit", "127.0.0.21=3", "--rate", "900/s"});
  EXPECT_TRUE(
      node.wait_for_stderr("set by the fleet's driver: rate 900/s, per-host 4, host.127.0.0.21 3"));
  wait_for([&] { return command({"set", "driver", "rate=80/s"}).exit_status == 0; });
  EXPECT_TRUE(node.wait_for_stderr("set by the fleet's driver: rate 80/s"));
  begin({});
  EXPECT_TRUE(node.wait_for_stderr("set by the fleet's driver: host.127.0.0.21 normal, rate none"));
  wait_for([&] { return command({"stop", "driver"}).exit_status == 0; });
  for (FanfetchProcess* one : {driver.get(), &node}) EXPECT_EQ(6, finish(*one).exit_status);
}

/// What it sent before comes from its list again.
TEST_F(FleetTest, ADriverThatStartsAgainDropsWhatItHadSent) {
  list(10, 5ms);
  auto driver = std::make_unique<FanfetchProcess>(driver_setup());
  wait_for([&] { return links_in_redis() == 50; });
  driver->signal(SIGKILL);
  (void)driver->wait();
  (void)redis_.ask("XADD 'ff:{urls.txt}:p:0' '*' v 1");
  ASSERT_EQ(51u, links_in_redis());
  driver = std::make_unique<FanfetchProcess>(driver_setup());
  wait_for([&] { return links_in_redis() == 50; });
  driver->signal(SIGKILL);
  (void)driver->wait();
}

/// What nodes have reported meanwhile is there, though the nodes and their ledgers are gone.
TEST_F(FleetTest, ADriverThatStartsAgainTakesWhatItWasNotThereFor) {
  list(30, 20ms);
  FanfetchProcess driver(driver_setup());
  auto node = std::make_unique<FanfetchProcess>(node_setup(1));
  wait_for_requests(60);
  driver.signal(SIGKILL);
  (void)driver.wait();
  wait_for_requests(150);
  EXPECT_TRUE(eventually([&] { return links_in_redis() == 0; }, kPatience));
  node->signal(SIGKILL);
  (void)node->wait();
  FanfetchProcess other(node_setup(2));
  const Finished end = run(driver_setup());
  EXPECT_EQ(0, end.exit_status) << end.describe();
  (void)finish(other);
  expect_all_saved();
  EXPECT_EQ(150u, requests());
}

/// Redis has given the links to the node then, and gives them to nobody as new ones.
TEST_F(FleetTest, LinksWhoseAnswerWasLostAreAskedForAgain) {
  list(30, 5ms);
  const std::string text = read_file(folder_.at("urls.txt"));
  const std::size_t half = text.find('\n', text.size() / 2) + 1;
  UniqueFd pipe = list_by_pipe();
  write_to(pipe, text.substr(0, half));
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  FanfetchProcess node(by(relay, node_setup(1)));
  FanfetchProcess driver(driver_setup());
  const auto lines =
      std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(half), '\n');
  wait_for_requests(static_cast<std::size_t>(lines));
  relay.cut("photo.jpg", 2);
  write_to(pipe, text.substr(half));
  end_list(pipe);
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  EXPECT_EQ(0u, relay.left());
  expect_all_saved();
  EXPECT_EQ(150u, requests());
}

/// Nodes free the memory, so they go on, for longer than a lease.
TEST_F(FleetTest, WhatRedisHasIsDoneThoughItsMemoryIsFull) {
  set_lease(1500ms);
  list(40, 400ms);
  FanfetchProcess driver(driver_setup());
  EXPECT_TRUE(eventually([&] { return links_in_redis() == 200; }, kPatience));
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  const auto leases = [this] {
    return redis_.ask(
        "EVAL \"local all = {} for p = 0, 31 do "
        "all[p + 1] = redis.call('GET', 'ff:{urls.txt}:own:' .. p) end return all\" 0");
  };
  const std::string before = leases();
  EXPECT_EQ("OK\n", redis_.ask("CONFIG SET maxmemory 1"));
  wait_for_requests(190);
  EXPECT_EQ(before, leases()) << "none ran out";
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, AnEndThatNobodyHearsIsSpokenOf) {
  list(40, 400ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(10);
  redis_.kill();
  ASSERT_TRUE(driver.wait_for_stderr("trying on"));
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  const Finished end = finish(driver);
  EXPECT_EQ(6, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "could not be told of the end")) << end.describe();
  node.signal(SIGKILL);
  (void)node.wait();
}

TEST_F(FleetTest, AJobThatHasBecomeAnothersIsLeftAlone) {
  list(40, 400ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(10);
  node.signal(SIGSTOP);  // where results come all the time, the driver does not look
  (void)redis_.ask("HSET 'ff:{urls.txt}:job' id another where /srv/other");
  const Finished end = finish(driver);
  EXPECT_EQ(3, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "is that of /srv/other by now")) << end.describe();
  node.signal(SIGCONT);
  const Finished ended = finish(node);
  EXPECT_EQ(3, ended.exit_status) << ended.describe();
  EXPECT_TRUE(has(ended.err, "is another one's by now")) << ended.describe();
  EXPECT_EQ(0u, results_in_redis()) << "nothing of it is that one's";
  EXPECT_EQ("another\n", redis_.ask("HGET 'ff:{urls.txt}:job' id"));
}

/// Nothing of the job was begun, so the folder is as it was.
TEST_F(FleetTest, AFolderThatBeganNoJobIsNoDrivers) {
  list(1, 0ms);
  (void)redis_.ask("HSET 'ff:{urls.txt}:job' id another where /srv/other state running");
  const Finished taken = run(driver_setup());
  EXPECT_EQ(2, taken.exit_status) << taken.describe();
  EXPECT_TRUE(has(taken.err, "that of /srv/other")) << taken.describe();
  const Finished local = command({"--no-config", "urls.txt", "-o", "driver", "--allow-private"});
  EXPECT_EQ(0, local.exit_status) << local.describe();
}

TEST_F(FleetTest, RedisMayBeAwayForAWhile) {
  set_lease(3s);
  list(30, 20ms);
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  FanfetchProcess driver(driver_setup());
  wait_for_requests(60);
  redis_.kill();
  ASSERT_TRUE(driver.wait_for_stderr("trying on"));
  redis_.start();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "is back")) << end.describe();
  for (FanfetchProcess* node : {&one, &two}) (void)finish(*node);
  expect_all_saved();
  expect_limits_held();
}

TEST_F(FleetTest, ANodeEndsWhenRedisStaysAway) {
  list(20, 50ms);
  FanfetchProcess driver(driver_setup({"--max-wait", "1s"}));
  FanfetchProcess node(node_setup(1, {"--max-wait", "1s"}));
  wait_for_requests(10);
  redis_.kill();
  for (FanfetchProcess* one : {&driver, &node}) {
    const Finished ended = finish(*one);
    EXPECT_EQ(3, ended.exit_status) << ended.describe();
    EXPECT_TRUE(has(ended.err, "out of reach for 1 s")) << ended.describe();
  }
}

}  // namespace
}  // namespace fanfetch::system
