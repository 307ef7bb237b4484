// Every request is counted: an attempt sends two at most, a redirect followed one more, and a
// host's --rate sees them all.

#include <fmt/format.h>

#include <map>
#include <mutex>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

class RequestsTest : public SystemTest {
 protected:
  /// As fetch(), for runs that might ask without end.
  ResultLine fetch_soon(const std::string& link, std::vector<std::string> args = {}) {
    const Finished finished = run(list_setup({link}, std::move(args)), 20s);
    const auto lines = records();
    EXPECT_EQ(1u, lines.size()) << finished.describe();
    return lines.empty() ? ResultLine{} : lines[0];
  }
  void expect_bounded(const ResultLine& line, std::size_t hops = 0) {
    ASSERT_GE(line.attempts, 1);
    EXPECT_LE(origin_.count(), 2 * static_cast<std::size_t>(line.attempts) + hops);
  }
  /// Each request comes `interval` after the one before, counted from the launch: the first one may
  /// be late, since its worker has just been started.
  void expect_pace(std::chrono::milliseconds interval) {
    const auto requests = origin_.requests();
    for (std::size_t i = 1; i < requests.size(); ++i) {
      EXPECT_GE(requests[i].at - launched_, i * interval) << i;
    }
  }

  const std::chrono::steady_clock::time_point launched_ = std::chrono::steady_clock::now();
};

/// Whatever it calls itself, it is no HTTP/2, whose bodies may have an uncertain end.
TEST_F(RequestsTest, AnHttp1ServerThatSaysHttp2IsNotAskedAgain) {
  origin_.serve("/a.bin", [](Connection& connection, const Request&) {
    connection.send_last("HTTP/2 200 OK\r\n\r\nhello");
    connection.close();
  });
  const ResultLine line = fetch_soon("/a.bin");
  EXPECT_EQ("protocol", line.error) << line.message.value_or("");
  EXPECT_EQ(1, line.attempts);
  EXPECT_EQ(1u, origin_.count());
}

TEST_F(RequestsTest, NorIsOneThatMightHaveSpokenIt) {
  origin_.serve("/a.bin", [](Connection& connection, const Request&) {
    connection.send_last("HTTP/2 200 OK\r\n\r\nhello");
    connection.close();
  });
  const ResultLine line = fetch_soon("/a.bin", {"--http2"});
  EXPECT_EQ("protocol", line.error) << line.message.value_or("");
  expect_bounded(line);
}

/// Whatever is asked for, the next part is outdated, too.
TEST_F(RequestsTest, AnOutdatedPartIsAskedForOnceMoreInAnAttempt) {
  const std::string body = noise(3 * kMiB);
  origin_.serve("/a.iso", [&](Connection& connection, const Request& request) {
    Reply reply = in_pieces(body, Ranges::wrong_total);
    if (!request.header("range")) {
      reply.cut_after = 2 * kMiB;
      reply.ending = Ending::close;
    }
    answer(connection, request, reply);
  });
  const ResultLine line = fetch_soon("/a.iso", {"--retries=2"});
  EXPECT_EQ("truncated", line.error) << line.message.value_or("");
  EXPECT_EQ(3, line.attempts);
  EXPECT_EQ(5u, origin_.count()) << "the second and the third attempt start over";
  expect_bounded(line);
}

/// Each re-used connection is closed without an answer, however many of them are idle.
TEST_F(RequestsTest, AConnectionThatIsClosedIsReplacedOnceInAnAttempt) {
  std::vector<std::string> links;
  for (int i = 0; i < 20; ++i) links.push_back(fmt::format("/{}.bin", i));
  std::map<std::uint64_t, int> answered;
  std::mutex mutex;
  origin_.serve_rest([&](Connection& connection, const Request& request) {
    {
      const std::scoped_lock lock(mutex);
      if (answered[request.connection]++ > 0) return connection.close();
    }
    answer(connection, request, Reply{.body = "sound", .delay = 20ms});
  });
  const Finished finished = run(list_setup(links, {"-w1", "-j6", "--per-host=6"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  for (const auto& line : records()) EXPECT_EQ(1, line.attempts) << line.index;
  std::map<std::string, int> asked;
  for (const Request& request : origin_.requests()) ++asked[request.path];
  for (const auto& [path, times] : asked) EXPECT_LE(times, 2) << path;
}

TEST_F(RequestsTest, ARetryIsOneRequest) {
  origin_.serve("/a.bin", status(500));
  const ResultLine line = fetch_soon("/a.bin", {"--retries=2"});
  EXPECT_EQ(3, line.attempts);
  EXPECT_EQ(3u, origin_.count());
}

TEST_F(RequestsTest, ARedirectIsOneRequest) {
  origin_.serve("/a.bin", redirect("/b.bin"));
  origin_.serve("/b.bin", redirect("/c.bin"));
  origin_.serve("/c.bin", ok("sound"));
  const ResultLine line = fetch_soon("/a.bin");
  EXPECT_EQ("saved", line.status);
  EXPECT_EQ(1, line.attempts);
  EXPECT_EQ(3u, origin_.count());
}

TEST_F(RequestsTest, TheRateCountsRetriesAndRedirects) {
  origin_.serve("/a.bin", redirect("/b.bin"));
  origin_.serve("/b.bin", redirect("/c.bin"));
  origin_.serve("/c.bin", ok("sound"));
  origin_.serve_in_turn("/d.bin", {status(500), ok("well again")});
  const Finished finished = run(list_setup({"/a.bin", "/d.bin"}, {"--rate=2/s"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(5u, origin_.count());
  expect_pace(500ms);
}

/// A worker asks for the second time by itself; the host's next turn comes later for that.
TEST_F(RequestsTest, TheRateCountsWhatAWorkerRepeats) {
  const std::vector<std::string> links{"/0.iso", "/1.iso", "/2.iso", "/3.iso"};
  const std::string body = noise(2 * kMiB);
  Reply cut = in_pieces(body);
  cut.cut_after = kMiB + 4321;
  cut.ending = Ending::close;
  for (const auto& link : links) origin_.serve(link, cut);
  EXPECT_EQ(1, run(list_setup(links, {"--retries=0"})).exit_status);
  const std::size_t before = origin_.count();

  for (const auto& link : links) origin_.serve(link, in_pieces(body, Ranges::wrong_total));
  const auto launched = std::chrono::steady_clock::now();
  const Finished finished = run(list_setup(links, {"-w1", "-j1", "--rate=2/s"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  const auto requests = origin_.requests();
  ASSERT_EQ(before + 8, requests.size()) << "each part is outdated";
  EXPECT_GE(requests[before + 6].at - launched, 2750ms) << "six were sent before";
}

}  // namespace
}  // namespace fanfetch::system
