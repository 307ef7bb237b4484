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
  EXPECT_TRUE(has(end.err, "each of 5 nodes that had it went down")) << end.describe();
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
