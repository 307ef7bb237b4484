// Hostile bytes: what a server or a proxy sends without end, too slowly or blown up is given up by
// size, time or speed, each with its class; memory stays flat meanwhile, and other links go on.

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/support/loopback.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

/// Sends `first`, then `again` until the peer has had enough; `pause` between.
FaultOrigin::Handler endless(std::string first, std::string again,
                             std::chrono::milliseconds pause = 0ms) {
  return [=](Connection& connection, const Request&) {
    if (!connection.send(first)) return;
    while (connection.send(again)) {
      if (pause > 0ms && !connection.pause(pause)) return;
    }
  };
}

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) all += text;
  return all;
}

const std::string kOk = "HTTP/1.1 200 OK\r\n";
const std::string kChunked = kOk + "Transfer-Encoding: chunked\r\n\r\n";

/// Of a worker's memory while it does little. AddressSanitizer has its own, and keeps what is
/// freed.
#ifdef __SANITIZE_ADDRESS__
constexpr long kFewKib = 400'000;
#else
constexpr long kFewKib = 40'000;
#endif

class BytesTest : public SystemTest {
 protected:
  /// The most memory that a worker of a run of its own has had, in KiB, while it ran.
  struct Watched {
    Finished finished;
    long most_kib = 0;
  };
  Watched watch(const Launch& given) {
    FanfetchProcess process(given);
    Watched watched;
    while (!process.ended()) {
      for (const pid_t worker : process.workers()) {
        std::ifstream status(fmt::format("/proc/{}/status", worker));
        for (std::string line; std::getline(status, line);) {
          if (line.starts_with("RssAnon:")) {
            watched.most_kib = std::max(watched.most_kib, std::stol(line.substr(8)));
          }
        }
      }
      std::this_thread::sleep_for(5ms);
    }
    watched.finished = finish(process);
    return watched;
  }
  void expect_given_up(const std::string& path, const std::string& error, const std::string& words,
                       std::vector<std::string> args = {}) {
    SCOPED_TRACE(path);
    std::filesystem::remove_all(output());
    args.emplace_back("--retries=0");
    const ResultLine line = fetch(path, std::move(args));
    EXPECT_EQ(error, line.error) << line.message.value_or("");
    EXPECT_TRUE(has(line.message.value_or(""), words)) << line.message.value_or("");
    EXPECT_EQ(1u, origin_.count(path));
  }
};

TEST_F(BytesTest, HeadsWithoutEndAreGivenUpBySize) {
  const std::string lines = repeated("X-Filler: " + std::string(900, 'x') + "\r\n", 60'000);
  origin_.serve("/lines.jpg", endless(kOk, lines));
  origin_.serve("/line.jpg", endless(kOk + "X: ", std::string(60'000, 'x')));
  origin_.serve("/status.jpg", endless("HTTP/1.1 200 ", std::string(60'000, 'x')));
  origin_.serve("/hints.jpg",
                endless("", repeated("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 60'000)));
  origin_.serve("/continue.jpg", endless("", repeated("HTTP/1.1 100 Continue\r\n\r\n", 60'000)));
  origin_.serve("/folds.jpg", endless(kOk + "X: y\r\n", repeated(" folded\r\n", 60'000)));
  for (const char* path :
       {"/lines.jpg", "/line.jpg", "/status.jpg", "/hints.jpg", "/continue.jpg", "/folds.jpg"}) {
    expect_given_up(path, "protocol", "KiB");
  }
  // As many lines as fit in no record, but in a head: refused by their number.
  origin_.serve("/many.jpg",
                endless(kOk + repeated("A: b\r\n", 6 * 300) + "Content-Length: 1\r\n\r\n", "x"));
  expect_given_up("/many.jpg", "protocol", "256 lines");
}

TEST_F(BytesTest, ChunksExtensionsAndTrailersWithoutEndAreGivenUpBySize) {
  origin_.serve("/extension.bin", endless(kChunked + "1;x=", std::string(60'000, 'x')));
  origin_.serve("/digits.bin", endless(kChunked, std::string(60'000, '0')));
  origin_.serve("/trailers.bin",
                endless(kChunked + "1\r\nx\r\n0\r\n", repeated("A: b\r\n", 60'000)));
  origin_.serve("/trailer.bin", endless(kChunked + "1\r\nx\r\n0\r\nA: ", std::string(60'000, 'x')));
  for (const char* path : {"/extension.bin", "/digits.bin", "/trailers.bin", "/trailer.bin"}) {
    expect_given_up(path, "truncated", "");
  }
}

TEST_F(BytesTest, BodiesWithoutEndAreGivenUpBySize) {
  const std::string much = noise(60'000);
  origin_.serve("/plain.bin", endless(kOk + "\r\n", much));
  origin_.serve("/chunks.bin", endless(kChunked, repeated("1\r\nx\r\n", 60'000)));
  // A whole member, then padding without end: nothing of it becomes the file.
  origin_.serve("/behind.bin", endless(kOk + "Content-Encoding: gzip\r\n\r\n" + gzip("whole"),
                                       std::string(60'000, '\0')));
  origin_.serve("/members.bin",
                endless(kOk + "Content-Encoding: gzip\r\n\r\n", repeated(gzip(""), 60'000)));
  for (const char* path : {"/plain.bin", "/chunks.bin", "/behind.bin", "/members.bin"}) {
    expect_given_up(path, "too_large", "", {"--max-size=3M"});
  }
}

TEST_F(BytesTest, BytesThatDripAreGivenUpBySpeed) {
  const std::vector<std::string> stall = {"--stall-timeout=1s", "--min-speed=1K"};
  origin_.serve("/status.jpg", endless("HTTP/1.1 200 ", "x", 20ms));
  origin_.serve("/head.jpg", endless(kOk, "X: y\r\n", 20ms));
  origin_.serve("/hints.jpg", endless("", "HTTP/1.1 103 Early Hints\r\n\r\n", 20ms));
  origin_.serve("/body.jpg", endless(kOk + "\r\n" + picture(), "x", 20ms));
  origin_.serve("/extension.jpg", endless(kChunked + "1;", "x", 20ms));
  origin_.serve("/trailers.jpg", endless(kChunked + "9\r\n" + picture().substr(0, 9) + "\r\n0\r\n",
                                         "A: b\r\n", 20ms));
  origin_.serve("/members.jpg", endless(kOk + "Content-Encoding: gzip\r\n\r\n", gzip(""), 20ms));
  for (const char* path : {"/status.jpg", "/head.jpg", "/hints.jpg", "/body.jpg", "/extension.jpg",
                           "/trailers.jpg", "/members.jpg"}) {
    expect_given_up(path, "timeout", "", stall);
  }
}

/// Sends a TLS record that says it has 16 KiB, a byte at a time, whatever the client says.
class DrippingServer {
 public:
  DrippingServer()
      : listener_(listen_on_loopback(port_)), thread_([this] {
          for (;;) {
            const UniqueFd client = accept_unless(listener_.get(), stop_.fd());
            if (!client.valid()) return;
            bool sent = send_all(client.get(), "\x16\x03\x03\x40");
            for (; sent; sent = send_all(client.get(), std::string(1, '\2'))) {
              pollfd stop{.fd = stop_.fd(), .events = POLLIN, .revents = 0};
              if (::poll(&stop, 1, 20) > 0) return;
            }
          }
        }) {}
  DrippingServer(const DrippingServer&) = delete;
  DrippingServer& operator=(const DrippingServer&) = delete;
  ~DrippingServer() {
    stop_.open();
    thread_.join();
  }
  [[nodiscard]] std::uint16_t port() const { return port_; }

 private:
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  Gate stop_;  // an eventfd that stays readable once it is open
  std::thread thread_;
};

TEST_F(BytesTest, AHandshakeThatDripsIsGivenUpByTime) {
  const DrippingServer server;
  const std::string link = fmt::format("https://127.0.0.1:{}/a.jpg", server.port());
  const Finished finished =
      run(list_setup({link, "/good.bin"}, {"--connect-timeout=1s", "--retries=0"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ("timeout", records().at(0).error) << records().at(0).message.value_or("");
  EXPECT_LT(finished.took, 15s);
}

TEST_F(BytesTest, AProxysAnswerToConnectIsGivenUpBySizeOrTime) {
  FaultOrigin proxy;
  const std::string link = "https://pictures.test/a.jpg";
  const auto answer_of = [&](FaultOrigin::Handler handler, std::vector<std::string> args) {
    proxy.serve_rest(std::move(handler));
    args.insert(args.end(), {"--retries=0", "--proxy=" + proxy.url()});
    std::filesystem::remove_all(output());
    const auto watched = watch(list_setup({link, origin_.url("/good.bin")}, args));
    EXPECT_EQ(1, watched.finished.exit_status) << watched.finished.describe();
    EXPECT_LT(watched.finished.took, 15s);
    EXPECT_FALSE(has(watched.finished.err, "worker ")) << watched.finished.err;
    EXPECT_LT(watched.most_kib, kFewKib);
    return records().at(0);
  };
  const std::string lines = repeated("X-Filler: " + std::string(900, 'x') + "\r\n", 60'000);
  const std::string connected = "HTTP/1.1 200 Connected\r\n";
  for (const std::string& first : {connected, std::string("HTTP/1.1 407 No\r\n"), std::string()}) {
    SCOPED_TRACE(first);
    const ResultLine line = answer_of(endless(first, lines), {});
    EXPECT_EQ("connect", line.error) << line.message.value_or("");
  }
  EXPECT_EQ("connect", answer_of(endless(connected + "X: ", std::string(60'000, 'x')), {}).error);
  EXPECT_EQ("connect", answer_of(endless("HTTP/1.1 407 No\r\nTransfer-Encoding: chunked\r\n\r\n",
                                         repeated("1\r\nx\r\n", 60'000)),
                                 {})
                           .error);
  for (const std::string& drip : {std::string("X: y\r\n"), std::string("x")}) {
    const ResultLine line =
        answer_of(endless(connected, drip, 20ms), {"--connect-timeout=2s", "--stall-timeout=2s"});
    EXPECT_EQ("timeout", line.error) << line.message.value_or("");
  }
}

/// What takes the most memory, many at once.
TEST_F(BytesTest, MemoryStaysFlatUnderAllOfThem) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what is freed";
#endif
  const std::string bomb = gzip(gzip(std::string(200 << 20, '\0')));
  const std::string zeros = gzip(std::string(100 << 20, '\0'));
  std::vector<std::string> links;
  for (int i = 0; i < 8; ++i) {
    const std::string n = std::to_string(i);
    origin_.serve("/bomb" + n,
                  Reply{.body = bomb, .headers = {{"Content-Encoding", "gzip, gzip"}}});
    origin_.serve("/zeros" + n, Reply{.body = zeros, .headers = {{"Content-Encoding", "gzip"}}});
    origin_.serve("/head" + n,
                  endless(kOk, repeated("X: " + std::string(900, 'x') + "\r\n", 60'000)));
    origin_.serve("/hints" + n, endless("", repeated("HTTP/1.1 103 E\r\n\r\n", 60'000)));
    origin_.serve("/trailers" + n, endless(kChunked + "0\r\n", repeated("A: b\r\n", 60'000)));
    origin_.serve("/body" + n, endless(kOk + "\r\n", noise(60'000)));
    for (const char* kind : {"/bomb", "/zeros", "/head", "/hints", "/trailers", "/body"}) {
      links.push_back(origin_.url(kind + n));
    }
  }
  const Watched watched =
      watch(list_setup(links, {"-w1", "-j64", "--per-host=64", "--retries=0", "--max-size=150M"}));
  EXPECT_EQ(1, watched.finished.exit_status) << watched.finished.describe();
  EXPECT_FALSE(has(watched.finished.err, "worker ")) << watched.finished.err;
  for (const ResultLine& line : records()) {
    EXPECT_EQ(has(line.url.value_or(""), "/zeros") ? "saved" : "failed", line.status)
        << line.url.value_or("") << line.message.value_or("");
  }
  EXPECT_GT(watched.most_kib, 0);
  EXPECT_LT(watched.most_kib, 60'000) << "KiB";
}

}  // namespace
}  // namespace fanfetch::system
