// A link that takes down each node that has it.

#include <signal.h>

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

constexpr int kMostNodes = 9;  // some more than it is to take down
constexpr std::size_t kDeliveries = 5;

TEST_F(FleetTest, ALinkThatTakesDownEachNodeIsGivenUp) {
  set_lease(600ms);
  list(4, 0ms);
  Reply deadly = ok("");
  deadly.silent = true;
  origins_[0]->serve("/deadly/photo.jpg", deadly);
  std::string text = read_file(folder_.at("urls.txt"));
  const auto deadly_url = origins_[0]->url("/deadly/photo.jpg");
  (void)folder_.write("urls.txt", deadly_url + "\n" + text);
  FanfetchProcess driver(driver_setup());
  std::string said;
  for (int number = 1; number <= kMostNodes && !driver.ended(); ++number) {
    FanfetchProcess node(node_setup(number));
    const std::size_t before = origins_[0]->count("/deadly/photo.jpg");
    wait_for([&] { return origins_[0]->count("/deadly/photo.jpg") > before || driver.ended(); });
    node.signal(driver.ended() ? SIGTERM : SIGKILL);
    said = finish(node).err;
  }
  const Finished end = finish(driver);
  EXPECT_EQ(1, end.exit_status) << end.describe();
  EXPECT_TRUE(has(end.err, "5 times the node that had it went down or was cut off"))
      << end.describe();
  EXPECT_TRUE(has(said, deadly_url + " is given up")) << said;
  const auto records = parse_result_lines(read_file(folder_.at("results.jsonl")));
  EXPECT_EQ(static_cast<std::size_t>(links_) + 1, records.size());
  for (const ResultLine& record : records) {
    const bool is_deadly = record.index == 1;
    EXPECT_EQ(is_deadly ? "failed" : "saved", record.status) << record.index;
    EXPECT_EQ(is_deadly ? "crashed_worker" : "", record.error.value_or("")) << record.index;
  }
  EXPECT_LE(origins_[0]->count("/deadly/photo.jpg"), kDeliveries);
  EXPECT_EQ("1\n", redis_.ask("XLEN 'ff:{urls.txt}:dead'"));

  // Another run of the driver asks for it again, as for each link that may be tried again.
  origins_[0]->serve("/deadly/photo.jpg", ok(noise(2000, 99)));
  FanfetchProcess node(node_setup(1));
  const Finished again = run(driver_setup());
  EXPECT_EQ(0, again.exit_status) << again.describe();
  (void)finish(node);
}

/// Of all links without a result, how often one was delivered at most.
std::string most_deliveries(const RealRedis& redis) {
  return redis.ask(
      "EVAL \"local most = 0 for p = 0, 31 do "
      "local all = redis.pcall('XPENDING', 'ff:{urls.txt}:p:' .. p, 'g', '-', '+', 1000) "
      "for _, one in ipairs(all.err and {} or all) do most = math.max(most, one[4]) end end "
      "return most\" 0");
}

/// A list of one link, whose transfers do not end by themselves.
class FleetTransferTest : public FleetTest {
 protected:
  FleetTransferTest() {
    set_lease(3s);
    Reply endless = ok("");
    endless.silent = true;
    origins_[0]->serve("/photo.jpg", endless);
    (void)folder_.write("urls.txt", origins_[0]->url("/photo.jpg") + "\n");
  }
  void wait_for_transfers(std::size_t wanted) {
    wait_for([&] { return origins_[0]->count() >= wanted; });
  }
  /// Ends it all.
  void stop(FanfetchProcess& driver) {
    EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
    EXPECT_EQ(6, finish(driver).exit_status);
  }
};

TEST_F(FleetTransferTest, ANodeThatWasCutOffDoesNotCountOnceItIsBack) {
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(by(relay, node_setup(1)));
  wait_for_transfers(1);
  relay.freeze();
  FanfetchProcess other(node_setup(2));
  wait_for_transfers(2);
  EXPECT_EQ("2\n", most_deliveries(redis_)) << "the first one may be gone";
  relay.thaw();
  wait_for([&] { return most_deliveries(redis_) == "1\n"; });
  stop(driver);
}

TEST_F(FleetTransferTest, ANodeThatWasAsleepAndTakesItsLinksBackDoesNotCount) {
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(node_setup(1));
  wait_for_transfers(1);
  node.signal(SIGSTOP);
  wait_for([&] { return partitions_of(node) == 0; });
  node.signal(SIGCONT);
  wait_for_transfers(2);
  EXPECT_EQ("1\n", most_deliveries(redis_));
  stop(driver);
}

/// As supervisors do, who wait for less time than a transfer is left.
TEST_F(FleetTransferTest, ANodeThatIsKilledWhileItLeavesDoesNotCount) {
  FanfetchProcess driver(driver_setup());
  FanfetchProcess leaver(node_setup(1));
  wait_for_transfers(1);
  leaver.signal(SIGTERM);
  wait_for([&] { return partitions_of(leaver) == 1; });  // that of the transfer
  leaver.signal(SIGKILL);
  (void)leaver.wait();
  FanfetchProcess other(node_setup(2));
  wait_for_transfers(2);
  EXPECT_EQ("1\n", most_deliveries(redis_));
  stop(driver);
}

/// Its result is on its way when another node would give the link up.
TEST_F(FleetTransferTest, TheLastNodeThatHadALinkMayComeBackWithItsFile) {
  links_ = 1;
  Reply late = ok(noise(2000, 1));
  late.delay = 500ms;
  origins_[0]->serve("/photo.jpg", late);
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  FanfetchProcess driver(driver_setup());
  FanfetchProcess node(by(relay, node_setup(1)));
  wait_for_transfers(1);
  relay.freeze();
  (void)redis_.ask(
      "EVAL \"for p = 0, 31 do local key = 'ff:{urls.txt}:p:' .. p "
      "local all = redis.pcall('XPENDING', key, 'g', '-', '+', 10) "
      "for _, one in ipairs(all.err and {} or all) do "
      "redis.call('XCLAIM', key, 'g', one[2], 0, one[1], 'RETRYCOUNT', 5, 'JUSTID') end end\" 0");
  ASSERT_EQ("5\n", most_deliveries(redis_));
  FanfetchProcess other(node_setup(2));
  wait_for([&] { return partitions_of(other) == 32; });
  relay.thaw();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  expect_all_saved();
  EXPECT_EQ("0\n", redis_.ask("XLEN 'ff:{urls.txt}:dead'"));
}

TEST_F(FleetTest, OnlyTheEndOfANodeCountsAgainstItsLinks) {
  set_lease(2s);
  list(200, 200ms);  // some wait with whoever has them
  FanfetchProcess driver(driver_setup());
  {
    FanfetchProcess leaver(node_setup(1));
    wait_for_requests(20);
    leaver.signal(SIGTERM);
    (void)finish(leaver);
  }
  FanfetchProcess victim(node_setup(2));
  wait_for_requests(requests() + 20);
  EXPECT_EQ("1\n", most_deliveries(redis_)) << "they were handed back";
  victim.signal(SIGKILL);
  (void)victim.wait();
  FanfetchProcess other(node_setup(3));
  wait_for([&] { return most_deliveries(redis_) == "2\n"; });
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* one : {&driver, &other}) EXPECT_EQ(6, finish(*one).exit_status);
}

}  // namespace
}  // namespace fanfetch::system
