#include "coordinator/bounded_queue.h"

#include <gtest/gtest.h>
#include <poll.h>

#include <memory>
#include <thread>

namespace fanfetch {
namespace {

bool readable(int fd) {
  pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
  return ::poll(&wait, 1, 0) == 1;
}

TEST(BoundedQueue, GivesValuesInOrderAndWakesOnce) {
  BoundedQueue<int> queue(4);
  EXPECT_FALSE(readable(queue.filled_fd()));
  EXPECT_TRUE(queue.push(1));
  EXPECT_TRUE(queue.push(2));
  EXPECT_TRUE(readable(queue.filled_fd()));
  drain_eventfd(queue.filled_fd());
  EXPECT_EQ(queue.try_pop(), 1);
  EXPECT_EQ(queue.try_pop(), 2);
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

/// Under TSan as well: everything arrives, though both sides wait for each other all the time.
TEST(BoundedQueue, CarriesEverythingBetweenTwoThreads) {
  constexpr int kValues = 50'000;
  BoundedQueue<std::unique_ptr<int>> queue(8);
  std::thread producer([&] {
    for (int i = 0; i < kValues; ++i) ASSERT_TRUE(queue.push(std::make_unique<int>(i)));
  });
  for (int expected = 0; expected < kValues;) {
    pollfd wait{.fd = queue.filled_fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&wait, 1, 10'000), 1) << "lost a wake-up at " << expected;
    drain_eventfd(queue.filled_fd());
    while (auto value = queue.try_pop()) ASSERT_EQ(**value, expected++);
  }
  producer.join();
}

TEST(BoundedQueue, CloseReleasesWhoeverWaits) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(queue.push(1));
  std::thread producer([&] { EXPECT_FALSE(queue.push(2)); });
  queue.close();
  producer.join();
  EXPECT_FALSE(queue.push(3));
  EXPECT_EQ(queue.try_pop(), std::nullopt);
}

}  // namespace
}  // namespace fanfetch
