#include "coordinator/process/stop_wait.h"

#include <gtest/gtest.h>

#include "common/event_loop.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

TEST(WaitUnlessStopped, LooksAtOnce) {
  const UniqueFd stop = make_eventfd();
  EXPECT_TRUE(wait_unless_stopped(stop.get(), milliseconds(0)));
  EXPECT_TRUE(wait_unless_stopped(-1, milliseconds(0)));
  EXPECT_TRUE(wait_unless_stopped(stop.get(), milliseconds(1)));
}

TEST(WaitUnlessStopped, EndsWhenTheRunStops) {
  const UniqueFd stop = make_eventfd();
  post_eventfd(stop.get());
  EXPECT_FALSE(wait_unless_stopped(stop.get(), milliseconds(0)));
  EXPECT_FALSE(wait_unless_stopped(stop.get(), std::chrono::hours(1)));
}

}  // namespace
}  // namespace fanfetch
