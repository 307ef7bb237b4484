#include "coordinator/dispatch/waiting_task.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
constexpr Instant kStart{};

TEST(WaitingTask, WakesAsTheLinkThatItWas) {
  Link link{.index = 3, .url = *parse_url("https://a.org/x.jpg"), .name = "x.jpg"};
  Task task = WaitingTask(std::move(link), kStart + milliseconds(100)).wake();
  EXPECT_EQ(task.link.index, 3);
  EXPECT_EQ(task.link.name, "x.jpg");
  EXPECT_EQ(task.url().request, "https://a.org/x.jpg");
  EXPECT_EQ(task.origin, "https://a.org:443");
  EXPECT_EQ(task.tries, Tries{});
  EXPECT_EQ(task.requests, 0);
  task.times.end(kStart + milliseconds(350), {});
  EXPECT_EQ(task.times.waited(), milliseconds(250)) << "from when it was added";
}

TEST(WaitingTask, KeepsWhatTheTaskHasBeenThrough) {
  Task task(Link{.url = *parse_url("https://a.org/x.jpg"), .name = "x.jpg"}, kStart);
  task.times.begin(kStart + milliseconds(10), true);
  task.times.end(kStart + milliseconds(30), {});
  task.follow(*parse_url("http://b.org/y.png"));
  task.tries = {.attempts = 2, .hops = 1, .alone = true, .sole_deaths = 1};
  task.may_have_part = true;
  task.started_at = WallTime(milliseconds(5));
  task.requests = 3;
  task = WaitingTask(std::move(task)).wake();
  EXPECT_EQ(task.link.name, "x.jpg");
  EXPECT_EQ(task.link.url.request, "https://a.org/x.jpg");
  EXPECT_EQ(task.url().request, "http://b.org/y.png");
  EXPECT_EQ(task.origin, "http://b.org:80");
  EXPECT_EQ(task.hop_extensions, std::vector<std::string>{"jpg"});
  EXPECT_EQ(task.was_encrypted, WasEncrypted::yes);
  EXPECT_EQ(task.tries, (Tries{.attempts = 2, .hops = 1, .alone = true, .sole_deaths = 1}));
  EXPECT_TRUE(task.may_have_part);
  EXPECT_EQ(task.started_at, WallTime(milliseconds(5)));
  EXPECT_EQ(task.times.worked(), milliseconds(20));
  EXPECT_EQ(task.requests, 3);
}

}  // namespace
}  // namespace fanfetch
