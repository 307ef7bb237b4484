#include "coordinator/net/name_files.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/stat.h>

#include <filesystem>

#include "common/event_loop.h"
#include "coordinator/net/name_watch.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Addresses = std::vector<std::string>;

class NameFilesTest : public ::testing::Test {
 protected:
  support::TempDir folder_;
  std::string hosts_ = folder_.write("hosts", "10.0.0.1 a\n");
  std::string resolv_conf_ = folder_.write("resolv.conf", "nameserver 192.0.2.1\n");
  NameFiles files_{hosts_, resolv_conf_};
};

TEST_F(NameFilesTest, AreReadAgainWhenOneHasChanged) {
  EXPECT_EQ(files_.read().hosts.at("a"), Addresses{"10.0.0.1"});
  EXPECT_FALSE(files_.read_if_changed());

  folder_.write("hosts", "10.0.0.22 a b\n");
  auto names = files_.read_if_changed();
  ASSERT_TRUE(names);
  EXPECT_EQ(names->hosts.at("a"), Addresses{"10.0.0.22"});
  EXPECT_EQ(names->hosts.at("b"), Addresses{"10.0.0.22"});
  EXPECT_EQ(names->dns, parse_resolv_conf("nameserver 192.0.2.1\n"));
  EXPECT_FALSE(files_.read_if_changed());

  folder_.write("resolv.conf", "nameserver 192.0.2.200\n");
  names = files_.read_if_changed();
  ASSERT_TRUE(names);
  EXPECT_EQ(names->dns, parse_resolv_conf("nameserver 192.0.2.200\n"));
}

TEST_F(NameFilesTest, AFileMayComeAndGo) {
  (void)files_.read();
  std::filesystem::remove(hosts_);
  auto names = files_.read_if_changed();
  ASSERT_TRUE(names);
  EXPECT_TRUE(names->hosts.empty());
  EXPECT_FALSE(files_.read_if_changed());
  folder_.write("hosts", "10.0.0.3 a\n");
  names = files_.read_if_changed();
  ASSERT_TRUE(names);
  EXPECT_EQ(names->hosts.at("a"), Addresses{"10.0.0.3"});
}

TEST_F(NameFilesTest, AFifoIsNotWaitedFor) {
  std::filesystem::remove(hosts_);
  ASSERT_EQ(0, ::mkfifo(hosts_.c_str(), 0600));
  EXPECT_TRUE(files_.read().hosts.empty());
}

TEST_F(NameFilesTest, TheWatchReportsAChange) {
  (void)files_.read();
  NameWatch watch([this] { return files_.read_if_changed(); }, 1ms);
  EXPECT_FALSE(watch.take()) << "nothing has changed";
  std::filesystem::rename(folder_.write("new", "10.0.0.22 a\n"), hosts_);  // one change
  pollfd changed{.fd = watch.changed_fd(), .events = POLLIN, .revents = 0};
  ASSERT_EQ(1, ::poll(&changed, 1, 60'000));
  drain_eventfd(watch.changed_fd());
  const auto names = watch.take();
  ASSERT_TRUE(names);
  EXPECT_FALSE(watch.take()) << "it was taken";
}

/// As on a network file system that is gone.
TEST(NameWatch, DoesNotWaitForALookThatHangs) {
  const auto gate = std::make_shared<UniqueFd>(make_eventfd());
  const auto looked = std::make_shared<UniqueFd>(make_eventfd());
  const auto wait_for = [](const UniqueFd& event) {
    pollfd poll{.fd = event.get(), .events = POLLIN, .revents = 0};
    (void)::poll(&poll, 1, 60'000);
  };
  {
    NameWatch watch(
        [=]() -> std::optional<SystemNames> {
          post_eventfd(looked->get());
          wait_for(*gate);
          return SystemNames{};
        },
        0ms);
    wait_for(*looked);
  }
  post_eventfd(gate->get());
}

}  // namespace
}  // namespace fanfetch
