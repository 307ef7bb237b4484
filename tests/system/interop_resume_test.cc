// Big files that are cut off on their way from servers that others wrote: the rest comes by a Range
// request with the server's own ETag.

#include <fmt/format.h>
#include <signal.h>
#include <sys/socket.h>

#include <filesystem>
#include <memory>

#include "common/sha256.h"
#include "tests/support/real_server.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMiB = 1024 * 1024;
const std::string kPath = "/big.bin";
const std::string kBody = noise(3 * kMiB);

/// origin_ stands before a server, hands on what it says, and cuts the first answer short.
class InteropResumeTest : public SystemTest, public ::testing::WithParamInterface<Software> {
 protected:
  InteropResumeTest() : server_(GetParam()) {}

  /// Of the first answer `first` bytes come through; then it ends, or hangs until the test is over.
  enum class Then { end, hang };
  void serve_through_us(const std::string& body, std::size_t first, Then then) {
    server_.put(kPath.substr(1), body);
    origin_.serve(kPath, [this, first, then](Connection& client, const Request& request) {
      const bool is_first = origin_.count(kPath) == 1;
      hand_on(client, request, is_first ? first : SIZE_MAX);
      if (is_first && then == Then::hang) client.wait_for_hang_up();
      client.close();
    });
  }

  /// At most `limit` bytes of the answer.
  void hand_on(Connection& client, const Request& request, std::size_t limit) const {
    const UniqueFd server = server_.connect();
    std::string asked = "GET " + request.target + " HTTP/1.1\r\nConnection: close\r\n";
    for (const auto& [name, value] : request.headers) asked += name + ": " + value + "\r\n";
    asked += "\r\n";
    if (::send(server.get(), asked.data(), asked.size(), MSG_NOSIGNAL) < 0) return;
    std::string buffer(64 * 1024, '\0');
    while (limit > 0) {
      const ssize_t got = ::recv(server.get(), buffer.data(), std::min(limit, buffer.size()), 0);
      if (got <= 0 || !client.send({buffer.data(), static_cast<std::size_t>(got)})) return;
      limit -= static_cast<std::size_t>(got);
    }
  }

  void expect_whole(const ResultLine& line, const std::string& body) {
    EXPECT_EQ("saved", line.status) << line.message.value_or("");
    EXPECT_EQ(to_hex(sha256(body)), line.sha256);
    ASSERT_EQ(1u, saved_files().size());
    EXPECT_TRUE(saved_files().begin()->second == body);
  }
  /// Two requests, the second of them for the rest only, behind at least `least` bytes.
  void expect_rest_only(std::size_t size, std::size_t least) {
    const auto asked = origin_.requests(kPath);
    ASSERT_EQ(2u, asked.size());
    EXPECT_EQ(std::nullopt, asked[0].header("range"));
    const std::string range = asked[1].header("range").value_or("bytes=0-");
    const std::size_t start = std::stoul(range.substr(6));
    EXPECT_GE(start, least);
    EXPECT_EQ(records()[0].etag, asked[1].header("if-range"));
    EXPECT_TRUE(server_.stop());
    const auto logged = server_.requests();
    ASSERT_EQ(2u, logged.size());
    EXPECT_EQ(206, logged[1].status);
    EXPECT_EQ(size - start, logged[1].bytes);
  }
  /// Bytes of the only part; 0: there is none.
  [[nodiscard]] std::size_t part_size() const {
    std::error_code error;
    for (const auto& entry : fs::directory_iterator(output() + "/.fanfetch/part", error)) {
      if (entry.path().extension().empty()) return entry.file_size(error);
    }
    return 0;
  }

  RealServer server_;
};

TEST_P(InteropResumeTest, TheNextAttemptGoesOn) {
  serve_through_us(kBody, 2 * kMiB, Then::end);
  expect_whole(fetch(origin_.url(kPath)), kBody);
  EXPECT_EQ(206, records()[0].http_status);
  expect_rest_only(kBody.size(), 2 * kMiB - 4096);  // the answer's head is a part of what came
}

TEST_P(InteropResumeTest, TheNextRunGoesOnAfterAKill) {
  static const std::string body = noise(24 * kMiB);
  serve_through_us(body, 22 * kMiB, Then::hang);
  {
    FanfetchProcess process(list_setup({origin_.url(kPath)}));
    ASSERT_TRUE(eventually([&] { return part_size() > 20 * kMiB; }, kPatience));
    process.signal(SIGKILL);
    const Finished finished = process.wait();
    EXPECT_EQ(SIGKILL, finished.signal);
    EXPECT_TRUE(finished.left_behind.empty()) << finished.describe();
  }
  expect_whole(fetch(origin_.url(kPath)), body);
  expect_rest_only(body.size(), 16 * kMiB);  // there is a checkpoint every 16 MiB
}

/// The file has changed in between: the ETag no longer fits, and the whole comes.
TEST_P(InteropResumeTest, AnotherVersionIsNotMixedIn) {
  const std::string newer = noise(3 * kMiB, 7);
  serve_through_us(kBody, 2 * kMiB, Then::hang);
  {
    FanfetchProcess process(list_setup({origin_.url(kPath)}));
    ASSERT_TRUE(eventually([&] { return part_size() > kMiB; }, kPatience));
    process.signal(SIGKILL);
    process.wait();
  }
  server_.put(kPath.substr(1), newer);
  expect_whole(fetch(origin_.url(kPath)), newer);
  EXPECT_TRUE(server_.stop());
  EXPECT_EQ(200, server_.requests().back().status);
}

// Python's server knows no ranges.
using enum Software;
INSTANTIATE_TEST_SUITE_P(With, InteropResumeTest,
                         ::testing::Values(nginx, apache, lighttpd, caddy, h2o),
                         [](const auto& test) { return name(test.param); });

}  // namespace
}  // namespace fanfetch::system
