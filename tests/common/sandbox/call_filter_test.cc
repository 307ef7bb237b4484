#include "common/sandbox/call_filter.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "common/event_loop.h"

namespace fanfetch {
namespace {

/// What a captured worker might try; returns the number of the first thing that worked, or 0.
int attack(int event) {
  if (!filter_calls(SandboxPlan::Calls::descriptors, {})) return 1;
  if (::fcntl(event, F_SETFL, 0) != -1 || errno != EPERM) return 2;
  int off = 0;
  if (::ioctl(event, FIONBIO, &off) != -1 || errno != EPERM) return 3;
  if (::ioctl(event, FIONBIO | 0xdead00000000ul, &off) != -1) return 4;
  if (::fcntl(event, F_SETFL, O_NONBLOCK) != 0) return 5;  // libcurl has to
  const std::uint64_t most = 0xfffffffffffffffe;
  if (::write(event, &most, sizeof most) != sizeof most) return 6;
  return 0;
}

TEST(CallFilter, AFilledEventfdCannotBlockTheCoordinator) {
  const UniqueFd event = make_eventfd();
  const pid_t child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) ::_exit(attack(event.get()));
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_NE(::fcntl(event.get(), F_GETFL) & O_NONBLOCK, 0);
  post_eventfd(event.get());  // full; blocking, it would hang here
}

}  // namespace
}  // namespace fanfetch
