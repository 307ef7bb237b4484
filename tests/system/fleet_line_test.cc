// The lines between a fleet and its Redis: one stands still with everything open, one is slow.

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

/// Its owner works on until its own clock says that the lease is over, and reports all the same
/// when the line moves again; others have fetched some of it by then.
TEST_F(FleetTest, ALineThatFreezesForLongerThanALeaseDoublesNothing) {
  set_lease(1500ms);
  list(60, 200ms);
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  FanfetchProcess driver(driver_setup());
  FanfetchProcess frozen(by(relay, node_setup(1)));
  wait_for_requests(40);
  relay.freeze();
  FanfetchProcess other(node_setup(2));
  wait_for([&] { return partitions_of(other) == 32; });
  const std::size_t requests_before = requests();
  wait_for_requests(requests_before + 20);  // it asks the hosts that the other one had
  relay.thaw();
  expect_good_end(driver, {&frozen, &other});
  expect_all_saved();
  expect_limits_held();
  EXPECT_LE(requests(), 300u * 105 / 100 + 200);
}

/// Nodes need no word from the driver to go on with what they have.
TEST_F(FleetTest, ADriverWhoseLineFreezesHearsOfAllLater) {
  list(30, 20ms);
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  FanfetchProcess driver(by(relay, driver_setup()));
  wait_for([&] { return links_in_redis() == 150; });
  FanfetchProcess node(node_setup(1));
  wait_for_requests(10);
  relay.freeze();
  wait_for([&] { return links_in_redis() == 0; });
  EXPECT_FALSE(driver.ended());
  relay.thaw();
  const Finished end = finish(driver);
  EXPECT_EQ(0, end.exit_status) << end.describe();
  const Finished ended = finish(node);
  EXPECT_EQ(0, ended.exit_status) << ended.describe();
  expect_all_saved();
  EXPECT_EQ(150u, requests());
}

TEST_F(FleetTest, ASlowLineOnlySlows) {
  list(20, 10ms);
  UnrulyRelay relay(RealRedis::address(), redis_.port());
  relay.delay(100ms);
  FanfetchProcess driver(by(relay, driver_setup()));
  FanfetchProcess one(by(relay, node_setup(1))), two(by(relay, node_setup(2)));
  expect_good_end(driver, {&one, &two});
  expect_all_saved();
  expect_limits_held();
  EXPECT_EQ(100u, requests());
}

}  // namespace
}  // namespace fanfetch::system
