// Responses as bytes on a socket, through the real programs: the corpus of the strict reader on
// fresh and on used connections, in pieces of all sizes, and what goes wrong between two responses.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <mutex>
#include <random>
#include <set>

#include "tests/common/http/response_corpus.h"
#include "tests/support/certificates.h"
#include "tests/support/tls_front.h"
#include "tests/system/expected_outcome.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

using Texts = std::vector<std::string>;

/// How the bytes of a response are cut before they are sent.
enum class Pieces { whole, single_bytes, random };
enum class Connections { fresh, used };

constexpr int kRetries = 1;

class WireTest : public SystemTest {
 protected:
  /// The URL of `path` on a host of its own, so that no host has more trouble than its own.
  [[nodiscard]] std::string url_on(std::size_t host, std::string_view path) const {
    return fmt::format("http://127.1.{}.{}:{}{}", host / 250, host % 250 + 1, hosts_.port(), path);
  }

  void serve_corpus(Pieces pieces) {
    hosts_.serve_rest([this, pieces](Connection& connection, const Request& request) {
      std::size_t index = 0;
      const std::string& path = request.path;
      const auto [end, error] = std::from_chars(path.data() + 1, path.data() + path.size(), index);
      if (error != std::errc() || index >= response_corpus().size()) {
        connection.send_last("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood");
        return;
      }
      send_in_pieces(connection, response_corpus()[index].bytes, pieces, index);
      connection.close();
    });
  }

  static void send_in_pieces(Connection& connection, std::string_view bytes, Pieces pieces,
                             std::size_t seed) {
    std::mt19937 dice(static_cast<unsigned>(seed));
    while (!bytes.empty()) {
      std::size_t size = bytes.size();
      if (pieces == Pieces::single_bytes && size < 400) size = 1;
      if (pieces == Pieces::random)
        size = std::uniform_int_distribution<std::size_t>(1, size)(dice);
      if (!connection.send(bytes.substr(0, size))) return;
      bytes.remove_prefix(size);
      if (!bytes.empty()) connection.pause(1ms);  // else the kernel joins them again
    }
  }

  /// One run over the whole corpus, and every link has to come out as the table says.
  void expect_corpus(Connections connections) {
    Texts links;
    for (std::size_t i = 0; i < response_corpus().size(); ++i) {
      if (connections == Connections::used) links.push_back(url_on(i, fmt::format("/good{}", i)));
      links.push_back(url_on(i, fmt::format("/{}.bin", i)));
    }
    const Finished finished =
        run(list_setup(links, {"--workers=1", "--jobs=100", "--per-host=1", "--max-size=0",
                               fmt::format("--retries={}", kRetries)}));
    EXPECT_EQ(1, finished.exit_status) << finished.describe();
    EXPECT_FALSE(has(finished.err, "worker ")) << finished.err;
    const auto lines = records();
    ASSERT_EQ(links.size(), lines.size());
    const auto files = saved_files();
    const std::size_t step = connections == Connections::used ? 2 : 1;
    for (std::size_t i = 0; i < response_corpus().size(); ++i) {
      SCOPED_TRACE(response_corpus()[i].name);
      if (step == 2) {
        EXPECT_EQ("saved", lines[step * i].status);
      }
      expect_outcome(i, lines[step * i + step - 1], files);
    }
    if (connections == Connections::used) expect_used_connections();
  }

  void expect_outcome(std::size_t index, const ResultLine& line,
                      const std::map<std::string, std::string>& files) {
    const CorpusEntry& entry = response_corpus()[index];
    const ReadResponse read = read_response(entry.bytes);
    const ExpectedOutcome expected = expected_outcome({.problem = entry.problem,
                                                       .status = entry.status,
                                                       .is_framed = read.is_framed,
                                                       .body = entry.body});
    EXPECT_EQ(expected.error, line.error.value_or("")) << line.message.value_or("");
    EXPECT_EQ(expected.error.empty() ? "saved" : "failed", line.status);
    EXPECT_EQ(expected.retryable ? 1 + kRetries : 1, line.attempts);
    EXPECT_LE(hosts_.count(fmt::format("/{}.bin", index)),
              2 * static_cast<std::size_t>(line.attempts));
    if (expected.error.empty()) {
      const auto file = files.find(line.file_name.value_or(""));
      ASSERT_NE(files.end(), file);
      EXPECT_EQ(expected.body, file->second);
    } else {
      EXPECT_FALSE(line.file_name);
      EXPECT_FALSE(line.message.value_or("").empty());
    }
    const std::string message = line.message.value_or("");
    EXPECT_TRUE(std::none_of(message.begin(), message.end(),
                             [](unsigned char c) { return c < ' ' || c == 0x7f; }));
  }

  /// Each entry of the corpus came at least once behind a good response.
  void expect_used_connections() {
    std::set<std::uint64_t> used;
    std::set<std::string> behind;
    for (const Request& request : hosts_.requests()) {
      if (!used.insert(request.connection).second) behind.insert(request.path);
    }
    for (std::size_t i = 0; i < response_corpus().size(); ++i) {
      EXPECT_TRUE(behind.contains(fmt::format("/{}.bin", i))) << response_corpus()[i].name;
    }
  }

  FaultOrigin hosts_{"0.0.0.0"};  // 127.0.0.0/8 leads here
};

TEST_F(WireTest, TheCorpusOnFreshConnections) {
  serve_corpus(Pieces::whole);
  expect_corpus(Connections::fresh);
}

TEST_F(WireTest, TheCorpusOnUsedConnections) {
  serve_corpus(Pieces::whole);
  expect_corpus(Connections::used);
}

TEST_F(WireTest, TheCorpusByteByByte) {
  serve_corpus(Pieces::single_bytes);
  expect_corpus(Connections::fresh);
}

TEST_F(WireTest, TheCorpusSplitAtRandomOnUsedConnections) {
  serve_corpus(Pieces::random);
  expect_corpus(Connections::used);
}

/// libcurl's reader has read a freed header here.
TEST_F(WireTest, AFirstHeaderLineThatBeginsWithABlankHarmsNobody) {
  Texts links;
  for (int i = 0; i < 40; ++i) {
    links.push_back(fmt::format("/{}.bin", i));
    if (i % 2 == 0) {
      origin_.serve(links.back(), ok("good"));
    } else {
      origin_.serve(links.back(), [](Connection& connection, const Request&) {
        connection.send_last("HTTP/1.1 200 OK\r\n Content-Length: 5\r\n\r\nhello");
      });
    }
  }
  const Finished finished = run(list_setup(links, {"--workers=1", "--jobs=1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_FALSE(has(finished.err, "worker ")) << finished.err;
  for (const ResultLine& line : records()) {
    EXPECT_EQ(line.index % 2 == 1 ? "" : "protocol", line.error.value_or("")) << line.index;
    EXPECT_EQ(1, line.attempts);
  }
}

// --- Between two responses ---

/// Everything that may come instead of a response on a connection that was used before: how the
/// server ends it.
enum class Stale { closed, reset, line_end, garbage };

class StaleTest : public WireTest, public ::testing::WithParamInterface<Stale> {};

TEST_P(StaleTest, CostsNoAttempt) {
  Texts links;
  for (int i = 0; i < 30; ++i) links.push_back(fmt::format("/{}.bin", i));
  std::mutex mutex;
  std::map<std::uint64_t, int> requests;
  origin_.serve_rest([&](Connection& connection, const Request& request) {
    bool first = false;
    {
      const std::lock_guard lock(mutex);
      first = requests[request.connection]++ == 0;
    }
    if (first) return answer(connection, request, ok("good"));
    switch (GetParam()) {
      case Stale::closed: return connection.close();
      case Stale::reset: return connection.reset();
      case Stale::line_end:
        connection.send_last("\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        return connection.close();
      case Stale::garbage: connection.send_last("evil\n\n"); return connection.close();
    }
  });
  const Finished finished = run(list_setup(links, {"--workers=1", "--jobs=1", "--retries=0"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_FALSE(has(finished.err, "worker ")) << finished.err;
  for (const ResultLine& line : records()) EXPECT_EQ(1, line.attempts);
  for (const auto& [name, bytes] : saved_files()) EXPECT_EQ("good", bytes) << name;
  EXPECT_EQ(30u, saved_files().size());
  EXPECT_GT(origin_.count(), 30u) << "connections were used again";
  EXPECT_LE(origin_.count(), 60u);
}

INSTANTIATE_TEST_SUITE_P(Wire, StaleTest,
                         ::testing::Values(Stale::closed, Stale::reset, Stale::line_end,
                                           Stale::garbage));

/// What comes behind a body belongs to nobody, in the same packet or later.
TEST_F(WireTest, BytesBehindABodyAreNotTheNextResponse) {
  const std::array<std::string, 4> behind = {"\r\n", "x", "\r\n\r\n",
                                             "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"};
  constexpr std::size_t kLinks = 24;
  std::atomic<std::size_t> sent = 0;  // links behind whose bodies all bytes were sent
  Texts links;
  for (std::size_t i = 0; i < kLinks; ++i) {
    const std::string path = fmt::format("/{}.bin", i);
    links.push_back(path);
    origin_.serve(path, [&, i](Connection& connection, const Request&) {
      const std::string body = fmt::format("good{:02}", i);
      const std::string& more = behind[i / 2 % behind.size()];
      const std::string good = i % 3 == 0
                                   ? "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n" +
                                         body + "\r\n0\r\n\r\n"
                                   : "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + body;
      if (i % 2 == 0) {
        connection.send_last(good + more);
      } else {
        connection.send_last(good);
        // The next request shows that the client has the body, and keeps the connection.
        EXPECT_TRUE(hosts_.wait_for_count(fmt::format("/between{}.bin", i), 1));
        connection.send(more);
      }
      sent = i + 1;
    });
    // Between two of them, another host is busy until the connection of the first has the bytes.
    links.push_back(url_on(0, fmt::format("/between{}.bin", i)));
    hosts_.serve(fmt::format("/between{}.bin", i),
                 [&, i](Connection& connection, const Request& request) {
                   EXPECT_TRUE(eventually([&] { return sent > i; }, kPatience));
                   answer(connection, request, ok("between"));
                 });
  }
  const Finished finished = run(list_setup(links, {"--workers=1", "--jobs=1", "--retries=0"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  for (const ResultLine& line : records()) EXPECT_EQ(1, line.attempts);
  const auto files = saved_files();
  ASSERT_EQ(2 * kLinks, files.size());
  for (std::size_t i = 0; i < kLinks; ++i) {
    EXPECT_EQ(fmt::format("good{:02}", i), files.at(fmt::format("{}.bin", i)));
  }
  EXPECT_LE(origin_.count(), 2 * kLinks);
}

// --- A status outranks its body ---

enum class Spoilt { cut, reset, silent, endless, bad_chunk, two_lengths, unknown_coding };

class SpoiltTest : public WireTest, public ::testing::WithParamInterface<Spoilt> {
 protected:
  void serve_spoilt(const std::string& path, std::string_view status_line) {
    origin_.serve(path, [line = std::string(status_line)](Connection& connection, const Request&) {
      const std::string head = "HTTP/1.1 " + line;
      switch (GetParam()) {
        case Spoilt::cut:
          connection.send_last(head + "Content-Length: 1000\r\n\r\npart");
          return connection.close();
        case Spoilt::reset:
          connection.send(head + "Content-Length: 1000\r\n\r\npart");
          connection.pause(20ms);
          return connection.reset();
        case Spoilt::silent:
          connection.send(head + "Content-Length: 1000\r\n\r\n");
          return connection.wait_for_hang_up();
        case Spoilt::endless:
          if (!connection.send(head + "\r\n")) return;
          while (connection.send(std::string(65536, 'x'))) {
          }
          return;
        case Spoilt::bad_chunk:
          connection.send_last(head + "Transfer-Encoding: chunked\r\n\r\nno chunk\r\n");
          return;
        case Spoilt::two_lengths:
          connection.send_last(head + "Content-Length: 4\r\nContent-Length: 5\r\n\r\npart");
          return;
        case Spoilt::unknown_coding:
          connection.send_last(head + "Transfer-Encoding: gzip, chunked\r\n\r\npart");
          return;
      }
    });
  }
};

TEST_P(SpoiltTest, TheStatusWinsAtOnce) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"404 Not Found\r\n", "http_4xx"},
      {"410 Gone\r\n", "http_4xx"},
      {"403 Forbidden\r\n", "http_4xx"},
      {"500 Error\r\n", "http_5xx"},
      {"503 Unavailable\r\n", "http_5xx"},
      {"429 Slower\r\n", "rate_limited"},
      {"302 Found\r\nLocation: /target.bin\r\n", ""},
      {"301 Moved\r\nLocation: /target.bin\r\n", ""},
      {"308 Moved\r\nLocation: /target.bin\r\n", ""},
      {"304 Not Modified\r\n", "protocol"},
      {"206 Part\r\n", "protocol"},
  };
  origin_.serve("/target.bin", ok("target"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto& [line, error] = rows[i];
    SCOPED_TRACE(line);
    const std::string path = fmt::format("/{}.bin", i);
    serve_spoilt(path, line);
    const Finished finished = run(list_setup({path}, {"--retries=0"}), 20s);
    EXPECT_EQ(error.empty() ? 0 : 1, finished.exit_status) << finished.describe();
    ASSERT_EQ(1u, records().size());
    const ResultLine result = records()[0];
    EXPECT_EQ(error, result.error.value_or("")) << result.message.value_or("");
    EXPECT_EQ(1, result.attempts);
    EXPECT_EQ(1u, origin_.count(path));
    EXPECT_LT(finished.took, 10s);
  }
}

INSTANTIATE_TEST_SUITE_P(Wire, SpoiltTest,
                         ::testing::Values(Spoilt::cut, Spoilt::reset, Spoilt::silent,
                                           Spoilt::endless, Spoilt::bad_chunk, Spoilt::two_lengths,
                                           Spoilt::unknown_coding));

/// A body that nobody wants and that does not end keeps no connection: the host would see more of
/// them than it may have.
TEST_F(WireTest, UnwantedBodiesHoldNoConnections) {
  Texts links;
  for (int i = 0; i < 60; ++i) links.push_back(fmt::format("/{}.bin", i));
  origin_.serve_rest([](Connection& connection, const Request&) {
    connection.send("HTTP/1.1 404 Not Found\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel");
    connection.wait_for_hang_up();
  });
  const Finished finished = run(list_setup(links, {"-w1", "-j16", "--per-host=2"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(links.size(), origin_.count());
  // Two, and those that the origin has not seen closed yet, as it is slow on a busy machine.
  EXPECT_LE(origin_.most_at_once(), links.size() / 4);
}

TEST_F(WireTest, ADecompressionBombHarmsNobody) {
  origin_.serve("/bomb.bin", Reply{.body = gzip(gzip(std::string(300 << 20, '\0'))),
                                   .headers = {{"Content-Encoding", "gzip, gzip"}}});
  const ResultLine line = fetch("/bomb.bin", {"--max-size=0"});
  EXPECT_EQ("too_large", line.error) << line.message.value_or("");
  EXPECT_EQ(1u, origin_.count());
}

// --- Over TLS, the end of a connection proves little ---

class TlsEndTest : public WireTest {
 protected:
  [[nodiscard]] TlsFront front(TlsFront::Goodbye goodbye) const {
    return TlsFront({.cert = server_.cert, .key = server_.key, .goodbye = goodbye}, origin_.port());
  }
  ResultLine fetch_over(const TlsFront& tls) {
    return fetch(tls.url("/a.bin"), {"--cacert=" + authority_.root(), "--retries=2"});
  }
  void serve_until_close(Texts bodies) {
    std::vector<Reply> replies;
    for (std::string& body : bodies) {
      replies.push_back({.body = std::move(body), .framing = support::Framing::until_close});
    }
    origin_.serve_in_turn("/a.bin", std::move(replies));
  }

  Authority authority_{folder_.at("")};
  Certificate server_ = authority_.issue({.host = "IP:127.0.0.1"});
};

TEST_F(TlsEndTest, ACloseNotifyProvesABody) {
  serve_until_close({"hello"});
  const ResultLine line = fetch_over(front(TlsFront::Goodbye::yes));
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(1, line.attempts);
  EXPECT_EQ(1u, origin_.count());
}

TEST_F(TlsEndTest, WithoutItTheSameBytesTwiceDo) {
  serve_until_close({"hello"});
  const ResultLine line = fetch_over(front(TlsFront::Goodbye::no));
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_TRUE(has(line.message.value_or(""), "does not close its connections properly"));
  EXPECT_EQ(2, line.attempts);
  EXPECT_EQ(2u, origin_.count());
}

TEST_F(TlsEndTest, BytesThatDifferEachTimeAreNeverWhole) {
  serve_until_close({"h", "he", "hel"});
  const ResultLine line = fetch_over(front(TlsFront::Goodbye::no));
  EXPECT_EQ("truncated", line.error.value_or("")) << line.message.value_or("");
  EXPECT_EQ(3, line.attempts);
}

}  // namespace
}  // namespace fanfetch::system
