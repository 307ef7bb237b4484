// Who listens at a socket: whom it lets in, and what it leaves behind.

#include "coordinator/commands/web/clients.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <filesystem>

#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

ListenAddress socket_at(const std::string& path) { return {.path = path, .ip = "", .port = 0}; }

UniqueFd connect_to(const std::string& path) {
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::ranges::copy(path, address.sun_path);
  const auto* at = reinterpret_cast<const sockaddr*>(&address);
  return ::connect(fd.get(), at, sizeof address) == 0 ? std::move(fd) : UniqueFd();
}

/// No descriptor is to be had while it lives.
class NoDescriptors {
 public:
  NoDescriptors() {
    (void)::getrlimit(RLIMIT_NOFILE, &before_);
    const UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    rlimit none = before_;
    none.rlim_cur = static_cast<rlim_t>(next.get());
    (void)::setrlimit(RLIMIT_NOFILE, &none);
  }
  ~NoDescriptors() { (void)::setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(Clients, RestWhileThereAreNoDescriptors) {
  const support::TempDir folder;
  const auto listener = Listener::open(socket_at(folder.at("socket")));
  ASSERT_TRUE(listener) << listener.error().message;
  EventLoop loop;
  std::atomic<bool> is_served = false;
  const Clients clients(loop, *listener, [&](ClientConnection&) { is_served = true; });
  const UniqueFd client = connect_to(folder.at("socket"));
  ASSERT_TRUE(client.valid());
  {
    const NoDescriptors none;
    int wakes = 0;
    loop.call_at(std::chrono::steady_clock::now() + 100ms, [&] { loop.stop(); });
    loop.run([&] { ++wakes; });
    EXPECT_LE(wakes, 3) << "it waits instead of trying again and again";
    EXPECT_FALSE(is_served);
  }
  // Its thread wakes the loop when it has ended.
  loop.run([&] {
    if (is_served) loop.stop();
  });
  EXPECT_TRUE(is_served);
}

TEST(Listener, RemovesItsOwnSocketAndNoOther) {
  const support::TempDir folder;
  const std::string path = folder.at("socket");
  {
    const auto listener = Listener::open(socket_at(path));
    ASSERT_TRUE(listener) << listener.error().message;
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
  {
    const auto listener = Listener::open(socket_at(path));
    ASSERT_TRUE(listener) << listener.error().message;
    std::filesystem::rename(path, folder.at("moved"));
    folder.write("socket", "somebody else's");
  }
  EXPECT_TRUE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace fanfetch
