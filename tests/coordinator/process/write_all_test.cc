#include "coordinator/process/write_all.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <thread>

#include "common/unique_fd.h"

namespace fanfetch {
namespace {

class WriteAllTest : public ::testing::Test {
 protected:
  WriteAllTest() {
    int ends[2] = {-1, -1};
    EXPECT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    read_.reset(ends[0]);
    write_.reset(ends[1]);
  }
  UniqueFd read_, write_;
};

TEST_F(WriteAllTest, WaitsForTheReaderOfANonBlockingPipe) {
  ASSERT_EQ(::fcntl(write_.get(), F_SETFL, O_NONBLOCK), 0);
  const std::string text(1'000'000, 'x');
  std::string received;
  std::thread reader([&] {
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::read(read_.get(), buffer, sizeof buffer)) > 0) {
      received.append(buffer, static_cast<std::size_t>(count));
    }
  });
  EXPECT_EQ(write_all(write_.get(), text), std::pair(text.size(), 0));
  write_.reset();
  reader.join();
  EXPECT_EQ(received, text);
}

TEST_F(WriteAllTest, SaysThatTheReaderIsGone) {
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  read_.reset();
  EXPECT_EQ(write_all(write_.get(), "text"), std::pair(std::size_t{0}, EPIPE));
  (void)::signal(SIGPIPE, old);
}

}  // namespace
}  // namespace fanfetch
