#include "common/event_loop.h"

#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <string>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

TEST(EventLoop, DeliversWhatAnotherPosts) {
  EventLoop loop;
  const UniqueFd event = make_eventfd();
  int calls = 0;
  loop.watch(event.get(), EPOLLIN, [&](std::uint32_t events) {
    EXPECT_TRUE(events & EPOLLIN);
    drain_eventfd(event.get());
    if (++calls == 3) return loop.stop();
    post_eventfd(event.get());
  });
  post_eventfd(event.get());
  loop.run([] {});
  EXPECT_EQ(calls, 3);
}

TEST(EventLoop, RunsTimersInOrderOfTimeAndThenOfRequest) {
  EventLoop loop;
  std::string order;
  const Instant now = loop.now();
  loop.call_at(now + milliseconds(3), [&] { loop.stop(); });
  loop.call_at(now + milliseconds(2), [&] { order += 'b'; });
  loop.call_at(now + milliseconds(2), [&] { order += 'c'; });
  loop.call_at(now - milliseconds(1), [&] { order += 'a'; });
  loop.run([] {});
  EXPECT_EQ(order, "abc");
  EXPECT_GE(loop.now(), now + milliseconds(3));
}

TEST(EventLoop, ACancelledTimerDoesNotFire) {
  EventLoop loop;
  const auto key = loop.call_at(loop.now(), [] { FAIL(); });
  loop.call_at(loop.now(), [&] { loop.stop(); });
  loop.cancel(key);
  loop.run([] {});
}

TEST(EventLoop, ATimerMayCancelAnotherThatIsDueToo) {
  EventLoop loop;
  EventLoop::TimerKey second{};
  loop.call_at(loop.now(), [&] { loop.cancel(second); });
  second = loop.call_at(loop.now(), [] { FAIL(); });
  loop.call_at(loop.now(), [&] { loop.stop(); });
  loop.run([] {});
}

/// One callback closes the other's descriptor and the number is used anew, all within one batch:
/// the event of the old one must not reach the new one.
TEST(EventLoop, AnEventForAReusedDescriptorIsNotDelivered) {
  EventLoop loop;
  UniqueFd first = make_eventfd();
  UniqueFd second = make_eventfd();
  int delivered = 0;
  const auto replace_other = [&](UniqueFd& other) {
    ++delivered;
    const int number = other.get();
    loop.unwatch(number);
    other = UniqueFd();
    other = make_eventfd();
    ASSERT_EQ(other.get(), number);
    loop.watch(number, EPOLLIN, [](std::uint32_t) { FAIL() << "an event of its predecessor"; });
  };
  loop.watch(first.get(), EPOLLIN, [&](std::uint32_t) { replace_other(second); });
  loop.watch(second.get(), EPOLLIN, [&](std::uint32_t) { replace_other(first); });
  post_eventfd(first.get());
  post_eventfd(second.get());
  loop.run([&] { loop.stop(); });
  EXPECT_EQ(delivered, 1);
}

TEST(EventLoop, CallsBackAfterEachBatch) {
  EventLoop loop;
  int timers = 0;
  int batches = 0;
  loop.call_at(loop.now(), [&] { ++timers; });
  loop.call_at(loop.now(), [&] { ++timers; });
  loop.run([&] {
    ++batches;
    EXPECT_EQ(timers, 2);
    loop.stop();
  });
  EXPECT_EQ(batches, 1);
}

TEST(Eventfd, NeverBlocksThoughItIsFull) {
  const UniqueFd event = make_eventfd();
  const std::uint64_t most = 0xfffffffffffffffe;
  ASSERT_EQ(::write(event.get(), &most, sizeof most), 8);
  post_eventfd(event.get());  // would hang here
  drain_eventfd(event.get());
  drain_eventfd(event.get());  // nor on an empty one
}

}  // namespace
}  // namespace fanfetch
