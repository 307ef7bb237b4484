#include "coordinator/control/server.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <functional>
#include <vector>

#include "tests/coordinator/control/fake_run.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

class ControlServerTest : public ::testing::Test {
 protected:
  ControlServerTest() {
    address_.sun_family = AF_UNIX;
    std::strncpy(address_.sun_path, path_.c_str(), sizeof address_.sun_path - 1);
    UniqueFd listener(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    EXPECT_EQ(0, ::bind(listener.get(), at(), sizeof address_));
    EXPECT_EQ(0, ::listen(listener.get(), 128));
    server_.emplace(loop_, std::move(listener), run_);
  }
  [[nodiscard]] const sockaddr* at() const { return reinterpret_cast<const sockaddr*>(&address_); }
  /// Lets the loop turn until `done`, or for too long. Returns how often it turned.
  int turn_until(const std::function<bool()>& done, std::chrono::milliseconds at_most = 10s) {
    int turns = 0;
    bool late = false;
    const auto guard = loop_.call_at(std::chrono::steady_clock::now() + at_most, [&] {
      late = true;
      loop_.stop();
    });
    loop_.run([&] {
      ++turns;
      if (late || done()) loop_.stop();
    });
    loop_.cancel(guard);
    return turns;
  }
  [[nodiscard]] UniqueFd client() const {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EXPECT_EQ(0, ::connect(fd.get(), at(), sizeof address_));
    return fd;
  }
  static void send(const UniqueFd& client, std::string_view text) {
    EXPECT_EQ(static_cast<ssize_t>(text.size()),
              ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }
  /// Something has come, or the server has hung up.
  static bool is_told(const UniqueFd& client) {
    pollfd one{.fd = client.get(), .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, 0) == 1;
  }
  static std::string read(const UniqueFd& client) {
    char text[4096];
    const ssize_t count = ::recv(client.get(), text, sizeof text, MSG_DONTWAIT);
    return count > 0 ? std::string(text, text + count) : "";
  }

  support::TempDir folder_;
  const std::string path_ = folder_.at("control");
  sockaddr_un address_{};
  EventLoop loop_;
  FakeRun run_;
  std::optional<ControlServer> server_;
};

constexpr const char* kPause = "{\"request\":\"pause\"}\n";

TEST_F(ControlServerTest, AnswersEachRequestInTurn) {
  const UniqueFd one = client();
  send(one, std::string(kPause) + "{\"request\":\"resume\"}\n{\"request\":\"stop\"}\n");
  (void)turn_until([&] { return run_.told.size() == 3; });
  EXPECT_EQ(run_.told, (std::vector<std::string>{"pause", "resume", "stop"}));
  EXPECT_TRUE(read(one).starts_with(R"({"schema":1,"ok":true,"changed":true})"));
}

TEST_F(ControlServerTest, WhoHangsUpIsForgotten) {
  UniqueFd one = client();
  (void)turn_until([&] { return server_->clients() == 1; });
  one.reset();
  (void)turn_until([&] { return server_->clients() == 0; });
  EXPECT_EQ(server_->clients(), 0u);
}

TEST_F(ControlServerTest, OneMoreTakesThePlaceOfTheMostSilent) {
  std::vector<UniqueFd> clients;
  for (std::size_t i = 0; i < ControlServer::kMaxClients; ++i) clients.push_back(client());
  (void)turn_until([&] { return server_->clients() == ControlServer::kMaxClients; });
  // The first one has asked, so another one is the most silent.
  send(clients[0], kPause);
  (void)turn_until([&] { return is_told(clients[0]); });
  EXPECT_NE(read(clients[0]), "");
  const UniqueFd more = client();
  send(more, kPause);
  (void)turn_until([&] { return is_told(more); });
  EXPECT_NE(read(more), "");
  EXPECT_EQ(server_->clients(), ControlServer::kMaxClients);
  EXPECT_FALSE(is_told(clients[0]));
  EXPECT_EQ(1, std::ranges::count_if(clients, is_told)) << "one of them has lost its place";
}

TEST_F(ControlServerTest, WithoutDescriptorsItRests) {
  const UniqueFd one = client();
  send(one, kPause);
  rlimit usual{};
  ASSERT_EQ(0, ::getrlimit(RLIMIT_NOFILE, &usual));
  const UniqueFd next(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  const rlimit none{.rlim_cur = static_cast<rlim_t>(next.get()), .rlim_max = usual.rlim_max};
  ASSERT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &none));
  const int turns = turn_until([] { return false; }, 100ms);
  EXPECT_EQ(0, ::setrlimit(RLIMIT_NOFILE, &usual));
  EXPECT_LE(turns, 10) << "it spins";
  EXPECT_EQ(server_->clients(), 0u);
  (void)turn_until([&] { return is_told(one); });
  EXPECT_NE(read(one), "") << "let in once there is one";
}

}  // namespace
}  // namespace fanfetch
