#include "coordinator/process/bounded_queue.h"

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

bool push(BoundedQueue<int>& queue, std::vector<int> values) {
  const bool taken = queue.push(values);
  EXPECT_TRUE(values.empty());
  return taken;
}

TEST(BoundedQueue, GivesValuesInOrderAndWakesOnce) {
  BoundedQueue<int> queue(4);
  EXPECT_FALSE(readable(queue.filled_fd()));
  EXPECT_TRUE(push(queue, {}));
  EXPECT_FALSE(readable(queue.filled_fd())) << "nothing has come";
  EXPECT_TRUE(push(queue, {1, 2}));
  EXPECT_TRUE(push(queue, {3}));
  EXPECT_TRUE(readable(queue.filled_fd()));
  drain_eventfd(queue.filled_fd());
  EXPECT_TRUE(push(queue, {4}));
  EXPECT_FALSE(readable(queue.filled_fd())) << "it was told already";
  std::vector<int> values{9};
  queue.pop_all(values);
  EXPECT_EQ(values, (std::vector{1, 2, 3, 4}));
  queue.pop_all(values);
  EXPECT_TRUE(values.empty());
}

/// Under TSan as well: everything arrives, though both sides wait for each other all the time.
TEST(BoundedQueue, CarriesEverythingBetweenTwoThreads) {
  constexpr int kPushes = 20'000;
  BoundedQueue<std::unique_ptr<int>> queue(8);
  std::thread producer([&] {
    std::vector<std::unique_ptr<int>> two;
    for (int i = 0; i < kPushes; ++i) {
      two.push_back(std::make_unique<int>(2 * i));
      two.push_back(std::make_unique<int>(2 * i + 1));
      ASSERT_TRUE(queue.push(two));
      ASSERT_TRUE(two.empty()) << "its memory is used again";
    }
  });
  std::vector<std::unique_ptr<int>> values;
  for (int expected = 0; expected < 2 * kPushes;) {
    pollfd wait{.fd = queue.filled_fd(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(::poll(&wait, 1, 10'000), 1) << "lost a wake-up at " << expected;
    drain_eventfd(queue.filled_fd());
    queue.pop_all(values);
    ASSERT_LE(values.size(), 8u + 2u) << "it is bounded";
    for (const auto& value : values) ASSERT_EQ(*value, expected++);
  }
  producer.join();
}

TEST(BoundedQueue, CloseReleasesWhoeverWaits) {
  BoundedQueue<int> queue(1);
  ASSERT_TRUE(push(queue, {1}));
  std::thread producer([&] { EXPECT_FALSE(push(queue, {2})); });
  queue.close();
  producer.join();
  EXPECT_FALSE(push(queue, {3}));
  std::vector<int> values;
  queue.pop_all(values);
  EXPECT_TRUE(values.empty());
}

}  // namespace
}  // namespace fanfetch
