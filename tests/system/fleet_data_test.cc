// All that Redis has of a job may be lost, or a part of it: each link still has its record, and no
// host is asked again for what nodes have.

#include <signal.h>

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

TEST_F(FleetTest, AllOfRedisDataMayBeLost) {
  set_lease(1500ms);
  list(200, 40ms);  // more than is done before the leases are over
  FanfetchProcess one(node_setup(1)), two(node_setup(2));
  FanfetchProcess driver(driver_setup());
  wait_for_requests(60);
  EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
  EXPECT_TRUE(one.wait_for_stderr("who has which host: hosts are handed out again within 2s"));
  const Finished end = expect_good_end(driver, {&one, &two});
  EXPECT_TRUE(has(end.err, "has lost its data")) << end.describe();
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 1000u * 105 / 100);
}

/// Their results were in Redis, and not yet in the driver's ledger, and then a node has their hosts
/// that knows nothing of them.
class FleetLosesResultsTest : public FleetTest {
 protected:
  using FleetTest::FleetTest;

  /// `lose`: what Redis is done to, once it has the results of all links but one, whose host takes
  /// longer than a takeover: what was sent again meanwhile would be fetched again.
  void expect_each_fetched_once(
      std::chrono::milliseconds lease,
      const std::function<void(FanfetchProcess& driver, std::initializer_list<FanfetchProcess*>)>&
          lose) {
    set_lease(lease);
    list(kEach, 1ms);
    Reply late = ok(noise(2000, static_cast<unsigned>(++links_)));
    late.delay = 2 * lease;
    origins_[0]->serve("/late/photo.jpg", late);
    (void)folder_.write(
        "urls.txt", read_file(folder_.at("urls.txt")) + origins_[0]->url("/late/photo.jpg") + "\n");
    FanfetchProcess driver(driver_setup());
    wait_for([&] { return links_in_redis() == kAll + 1; });
    driver.signal(SIGSTOP);
    FanfetchProcess one(node_setup(1));
    wait_for([&] { return results_in_redis() == kAll; });
    EXPECT_EQ(kAll, requests() - late_requests());
    FanfetchProcess two(node_setup(2));
    wait_for([&] { return partitions_of(two) == 16; });
    lose(driver, {&one, &two});
    driver.signal(SIGCONT);
    expect_good_end(driver, {&one, &two});
    expect_all_saved();
    EXPECT_EQ(kAll, requests() - late_requests());
  }

  [[nodiscard]] std::size_t late_requests() const { return origins_[0]->count("/late/photo.jpg"); }

  static constexpr int kEach = 200;
  static constexpr std::size_t kAll = std::size_t{kEach} * kHosts;
};

/// One of them is late.
TEST_F(FleetLosesResultsTest, NodesReportAgainWhereAllIsGone) {
  expect_each_fetched_once(3500ms, [this](FanfetchProcess& driver, auto nodes) {
    for (FanfetchProcess* node : nodes) node->signal(SIGSTOP);
    EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
    driver.signal(SIGCONT);
    EXPECT_TRUE(driver.wait_for_stderr("has lost its data"));
    wait_for_looks(1);
    for (FanfetchProcess* node : nodes) node->signal(SIGCONT);
  });
}

TEST_F(FleetLosesResultsTest, NodesReportAgainToARedisThatKeptNothing) {
  expect_each_fetched_once(1500ms, [this](FanfetchProcess&, auto) {
    redis_.kill();
    redis_.start();
  });
}

class FleetLosesItsLogsEndTest : public FleetLosesResultsTest {
 protected:
  FleetLosesItsLogsEndTest() : FleetLosesResultsTest({"appendonly yes"}) {}
};

/// Of many links it has the results no more, and the links again.
TEST_F(FleetLosesItsLogsEndTest, NodesReportAgainWhatRedisHasForgotten) {
  expect_each_fetched_once(3500ms, [this](FanfetchProcess&, auto nodes) {
    for (FanfetchProcess* node : nodes) node->signal(SIGSTOP);
    redis_.kill();
    redis_.cut_log(150'000);
    redis_.start();
    wait_for([&] { return redis_.ask("PING") == "PONG\n"; });
    EXPECT_LT(results_in_redis(), kAll);
    EXPECT_GT(links_in_redis(), 1u);
    for (FanfetchProcess* node : nodes) node->signal(SIGCONT);
  });
}

/// Some had been reported, some not yet.
TEST_F(FleetTest, LinksThatFailAreNotAskedForAgain) {
  set_lease(1500ms);
  std::string text;
  for (int n = 0; n < 400; ++n) {
    for (const auto& origin : origins_) {
      const std::string path = fmt::format("/{}/gone.jpg", n);
      Reply gone = ok("");
      gone.status = 404;
      gone.delay = 10ms;
      origin->serve(path, gone);
      text += origin->url(path) + "\n";
    }
  }
  (void)folder_.write("urls.txt", text);
  FanfetchProcess driver(driver_setup());
  wait_for([&] { return links_in_redis() == 2000; });
  driver.signal(SIGSTOP);
  FanfetchProcess node(node_setup(1));
  wait_for([&] { return results_in_redis() > 500; });
  EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
  driver.signal(SIGCONT);
  const Finished end = finish(driver);
  EXPECT_EQ(1, end.exit_status) << end.describe();
  EXPECT_EQ(0, finish(node).exit_status);
  EXPECT_EQ(2000u, lines_of(read_file(folder_.at("results.jsonl"))).size());
  EXPECT_LE(requests(), 2000u * 105 / 100);
}

/// Redis knows nothing of it any more, and nobody is there who would.
TEST_F(FleetTest, ANodeSaysThatItWaitsForADriverThatIsGone) {
  list(2, 0ms);
  UniqueFd pipe = list_in_pipe();
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(10);
  driver.signal(SIGKILL);
  (void)driver.wait();
  EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
  EXPECT_TRUE(node.wait_for_stderr("the fleet's driver is silent for 1"));
  node.signal(SIGTERM);
  (void)finish(node);
}

/// Redis loses links of two hosts, and there is room for more of one: others of the list are sent
/// in their place, and done, all the time.
class FleetLosesLinksTest : public FleetTest {
 protected:
  /// `driver`: by its line to Redis. `lose`: what Redis is done to.
  void expect_no_wait_for_the_end(const Launch& setup, const std::function<void()>& lose) {
    set_lease(1500ms);
    for (int n = 0; n < 8; ++n) add(*origins_[1], n, 9s);
    for (int n = 0; n < 8000; ++n) add(*origins_[0], n, 5ms);
    (void)folder_.write("urls.txt", text_);
    FanfetchProcess driver(setup);
    wait_for([&] { return links_in_redis() == 2008; });
    driver.signal(SIGSTOP);
    FanfetchProcess node(node_setup(1));
    wait_for([&] { return results_in_redis() > 700; });
    const std::size_t before = origins_[1]->count();
    lose();
    driver.signal(SIGCONT);
    wait_for([&] { return origins_[1]->count() > before; });  // what it had in flight is given up
    EXPECT_LT(origins_[0]->count(), 5000u);
    expect_good_end(driver, {&node});
    expect_all_saved();
    expect_limits_held();
    EXPECT_LE(requests(), 8008u * 105 / 100);
  }

 private:
  void add(FaultOrigin& origin, int n, std::chrono::milliseconds delay) {
    const std::string path = fmt::format("/{}/photo.jpg", n);
    Reply reply = ok(noise(2000, static_cast<unsigned>(++links_)));
    reply.delay = delay;
    origin.serve(path, reply);
    text_ += origin.url(path) + "\n";
  }

  std::string text_;  // of the list
};

TEST_F(FleetLosesLinksTest, WhatIsLostDoesNotWaitForTheEndOfTheList) {
  expect_no_wait_for_the_end(driver_setup(), [this] { EXPECT_EQ("OK\n", redis_.ask("FLUSHALL")); });
}

/// The driver writes its job again, and does not hear that it is done.
TEST_F(FleetLosesLinksTest, NorWhereAnAnswerIsLostToo) {
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  expect_no_wait_for_the_end(by(relay, driver_setup()), [&] {
    EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
    relay.cut("$2\r\nok\r\n", 1);
  });
  EXPECT_EQ(0u, relay.left());
}

/// A driver whose list takes long does not keep what it has recorded, and nodes forget it.
TEST_F(FleetTest, AResultThatComesTwiceIsRemovedWhileTheListIsRead) {
  set_lease(1500ms);
  list(100, 5ms);
  UniqueFd pipe = list_in_pipe();
  FanfetchProcess driver(driver_setup());
  wait_for([&] { return links_in_redis() == 500; });
  driver.signal(SIGSTOP);
  FanfetchProcess node(node_setup(1));
  wait_for([&] { return results_in_redis() > 50; });
  redis_.kill();
  redis_.start();
  driver.signal(SIGCONT);
  EXPECT_TRUE(driver.wait_for_stderr("has lost its data"));
  wait_for([&] { return lines_of(read_file(folder_.at("results.jsonl"))).size() == 500; });
  wait_for_looks(2);  // nodes have reported again what is recorded by now
  wait_for([&] { return results_in_redis() == 0; });
  end_list(pipe);
  expect_good_end(driver, {&node});
  expect_all_saved();
}

/// Though results come all the time, and nobody misses any.
TEST_F(FleetTest, AJobThatIsRemovedIsWrittenAgain) {
  list(600, 100ms);
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_requests(20);
  EXPECT_EQ("1\n", redis_.ask("DEL 'ff:{urls.txt}:job'"));
  wait_for([&] { return redis_.ask("HEXISTS 'ff:{urls.txt}:job' id") == "1\n"; });
  EXPECT_LT(requests(), 1500u) << "while it goes on";
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* one : {&driver, &node}) EXPECT_EQ(6, finish(*one).exit_status);
}

/// Between the driver's last look and its last word.
TEST_F(FleetTest, ARedisThatIsEmptiedAtTheEndKeepsNoNodeWaiting) {
  list(2, 0ms);
  UniqueFd pipe = list_in_pipe();
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for([&] {
    return fs::exists(folder_.at("results.jsonl")) &&
           lines_of(read_file(folder_.at("results.jsonl"))).size() == 10 && results_in_redis() == 0;
  });
  EXPECT_EQ("OK\n", redis_.ask("FLUSHALL"));
  end_list(pipe);
  expect_good_end(driver, {&node});
  expect_all_saved();
}

}  // namespace
}  // namespace fanfetch::system
