// Tests of the tests' own tools: an origin with faults of its own would prove nothing.

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <cerrno>

#include "tests/support/fanfetch_process.h"
#include "tests/support/fault_origin.h"
#include "tests/support/result_lines.h"
#include "tests/support/sample_gallery.h"
#include "tests/support/sample_images.h"
#include "tests/support/temp_dir.h"

namespace fanfetch::support {
namespace {

using namespace std::chrono_literals;

/// A plain client: sends text, reads until the server closes the connection.
class RawClient {
 public:
  explicit RawClient(const FaultOrigin& origin)
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(origin.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const timeval limit{20, 0};
    ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    EXPECT_EQ(0, ::connect(socket_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address));
  }
  void send(std::string_view text) const {
    EXPECT_EQ(ssize_t(text.size()), ::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL));
  }
  /// All bytes until FIN; `error` is set to the errno if reading ends otherwise.
  std::string read_all() {
    std::string all;
    char buffer[65536];
    ssize_t got = 0;
    while ((got = ::recv(socket_.get(), buffer, sizeof buffer, 0)) > 0) {
      all.append(buffer, std::size_t(got));
    }
    error = got < 0 ? errno : 0;
    return all;
  }
  /// Reads until `text` has come, and no further.
  bool read_until(std::string_view text) const {
    std::string all;
    char c = 0;
    while (!all.ends_with(text) && ::recv(socket_.get(), &c, 1, 0) == 1) all += c;
    return all.ends_with(text);
  }

  int error = 0;

 private:
  UniqueFd socket_;
};

std::string get(std::string_view path, bool close = true) {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: x\r\n" +
         (close ? "Connection: close\r\n\r\n" : "\r\n");
}

std::string fetch(const FaultOrigin& origin, std::string_view path) {
  RawClient client(origin);
  client.send(get(path));
  return client.read_all();
}

std::string body_of(const std::string& response) {
  const std::size_t end = response.find("\r\n\r\n");
  return end == std::string::npos ? "" : response.substr(end + 4);
}

bool has(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

TEST(FaultOrigin, KeepsConnectionsAlive) {
  FaultOrigin origin;
  origin.serve("/a", ok("first"));
  origin.serve("/b", ok("second"));
  RawClient client(origin);
  client.send(get("/a", false) + get("/b?x=1"));  // pipelined
  const std::string all = client.read_all();
  EXPECT_LT(all.find("first"), all.find("second"));
  EXPECT_TRUE(has(all, "HTTP/1.1 200 OK\r\n")) << all;
  EXPECT_TRUE(has(all, "Content-Length: 5\r\n")) << all;
  ASSERT_EQ(2u, origin.count());
  EXPECT_EQ(1u, origin.connections());
  EXPECT_EQ("/b?x=1", origin.requests("/b").at(0).path);
  EXPECT_EQ("x", origin.requests("/a").at(0).header("host"));
  EXPECT_EQ(origin.requests()[0].connection, origin.requests()[1].connection);
}

TEST(FaultOrigin, UnknownPathIs404) {
  const FaultOrigin origin;
  EXPECT_TRUE(has(fetch(origin, "/none"), "HTTP/1.1 404 Not Found\r\n"));
}

TEST(FaultOrigin, HangsUpOnWhatIsNoHttp) {
  const FaultOrigin origin;
  RawClient client(origin);
  client.send("\x16\x03\x01 a TLS hello");
  EXPECT_EQ("", client.read_all());
  EXPECT_EQ(0, client.error);
}

TEST(FaultOrigin, SendsTheRestOfAFile) {
  FaultOrigin origin;
  origin.serve("/a", in_pieces("abcdef"));
  const auto ask = [&](const std::string& headers) {
    RawClient client(origin);
    client.send("GET /a HTTP/1.1\r\nConnection: close\r\n" + headers + "\r\n");
    return client.read_all();
  };
  const std::string rest = ask("Range: bytes=4-\r\nIf-Range: \"1\"\r\n");
  EXPECT_TRUE(has(rest, "HTTP/1.1 206 Partial Content\r\n")) << rest;
  EXPECT_TRUE(has(rest, "Content-Range: bytes 4-5/6\r\n")) << rest;
  EXPECT_TRUE(has(rest, "Content-Length: 2\r\n")) << rest;
  EXPECT_EQ("ef", body_of(rest));
  EXPECT_EQ("abcdef", body_of(ask("Range: bytes=4-\r\nIf-Range: \"2\"\r\n"))) << "another version";
  EXPECT_EQ("abcdef", body_of(ask("")));
  EXPECT_TRUE(has(ask("Range: bytes=6-\r\n"), "HTTP/1.1 416 "));
}

TEST(FaultOrigin, FramesBodies) {
  FaultOrigin origin;
  origin.serve("/chunked", Reply{.body = "abcdef", .framing = Framing::chunked});
  origin.serve("/bad", Reply{.body = "abcdef", .framing = Framing::bad_chunk});
  origin.serve("/cut", Reply{.body = "abcdef", .framing = Framing::unterminated_chunks});
  origin.serve("/close", Reply{.body = "abcdef", .framing = Framing::until_close});
  EXPECT_EQ("3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n", body_of(fetch(origin, "/chunked")));
  EXPECT_EQ("3\r\nabc\r\nzz\r\nno chunk\r\n", body_of(fetch(origin, "/bad")));
  EXPECT_EQ("3\r\nabc\r\n3\r\ndef\r\n", body_of(fetch(origin, "/cut")));
  const std::string unframed = fetch(origin, "/close");
  EXPECT_EQ("abcdef", body_of(unframed));
  EXPECT_FALSE(has(unframed, "Content-Length"));
  EXPECT_FALSE(has(unframed, "Transfer-Encoding"));
}

TEST(FaultOrigin, CutsAndResets) {
  FaultOrigin origin;
  origin.serve("/cut", truncated("abcdef", 2));
  origin.serve("/reset", reset_after(std::string(1000, 'x'), 500));
  const std::string cut = fetch(origin, "/cut");
  EXPECT_TRUE(has(cut, "Content-Length: 6\r\n"));
  EXPECT_EQ("ab", body_of(cut));
  RawClient client(origin);
  client.send(get("/reset"));
  EXPECT_LE(body_of(client.read_all()).size(), 500u);
  EXPECT_EQ(ECONNRESET, client.error);
}

TEST(FaultOrigin, CompressesUnasked) {
  FaultOrigin origin;
  origin.serve("/z", Reply{.body = std::string(5000, 'z'), .gzip = true});
  const std::string response = fetch(origin, "/z");
  EXPECT_TRUE(has(response, "Content-Encoding: gzip\r\n"));
  EXPECT_LT(body_of(response).size(), 100u);
  EXPECT_TRUE(body_of(response).starts_with("\x1f\x8b"));
}

TEST(FaultOrigin, TakesTurns) {
  FaultOrigin origin;
  origin.serve_in_turn("/t", {status(503, {{"Retry-After", "1"}}), redirect("/u"), ok("last")});
  EXPECT_TRUE(has(fetch(origin, "/t"), "Retry-After: 1\r\n"));
  EXPECT_TRUE(has(fetch(origin, "/t"), "Location: /u\r\n"));
  EXPECT_EQ("last", body_of(fetch(origin, "/t")));
  EXPECT_EQ("last", body_of(fetch(origin, "/t")));
}

TEST(FaultOrigin, EndlessAndDripping) {
  FaultOrigin origin;
  origin.serve("/endless", Reply{.body = "endless", .endless = true});
  origin.serve("/drip", Reply{.body = "abcdef", .drip_bytes = 2, .drip_every = 20ms});
  RawClient client(origin);
  client.send(get("/endless"));
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(client.read_until("endless"));
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ("abcdef", body_of(fetch(origin, "/drip")));
  EXPECT_GE(std::chrono::steady_clock::now() - start, 40ms);
}

TEST(FaultOrigin, CountsWhatIsServedAtOnceAndStopsWithSilentClients) {
  constexpr std::size_t kClients = 200;
  FaultOrigin origin;
  origin.serve("/silent", Reply{.silent = true});
  std::vector<std::unique_ptr<RawClient>> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.push_back(std::make_unique<RawClient>(origin));
    clients.back()->send(get("/silent"));
  }
  ASSERT_TRUE(origin.wait_for_at_once(kClients));
  EXPECT_EQ(kClients, origin.most_at_once());
  EXPECT_EQ(kClients, origin.connections());
  const auto start = std::chrono::steady_clock::now();
  origin.stop();
  EXPECT_LT(std::chrono::steady_clock::now() - start, 5s);
  EXPECT_EQ("", clients.front()->read_all());
}

TEST(FaultOrigin, GateHoldsTheSecondHalf) {
  FaultOrigin origin;
  const auto gate = std::make_shared<Gate>();
  origin.serve("/held", half_then_gate("abcdef", gate));
  RawClient client(origin);
  client.send(get("/held"));
  ASSERT_TRUE(client.read_until("abc"));
  EXPECT_EQ(1u, origin.at_once());
  gate->open();
  EXPECT_EQ("def", client.read_all());
  EXPECT_EQ(0u, origin.at_once());
}

TEST(FaultOrigin, HandlersSeeAbsoluteTargets) {
  FaultOrigin origin("127.0.0.2");
  EXPECT_TRUE(origin.url("/p").starts_with("http://127.0.0.2:"));
  FaultOrigin proxy;
  proxy.serve("/p", [](Connection& connection, const Request& request) {
    answer(connection, request, ok(request.target));
  });
  EXPECT_EQ("http://host.test/p?q", body_of(fetch(proxy, "http://host.test/p?q")));
}

TEST(SampleImages, AreRealAndDifferent) {
  const std::string one = sample_jpeg(1);
  EXPECT_EQ(one, sample_jpeg(1));
  EXPECT_NE(one, sample_jpeg(2));
  for (unsigned seed = 0; seed < 30; ++seed) {
    const std::string image = sample_jpeg(seed);
    EXPECT_TRUE(decodes_as_jpeg(image)) << seed;
    EXPECT_GE(image.size(), 10'000u) << seed;
    EXPECT_LE(image.size(), 60'000u) << seed;
  }
  EXPECT_FALSE(decodes_as_jpeg(std::string_view(one).substr(0, one.size() / 2)));
  EXPECT_FALSE(decodes_as_jpeg(std::string_view(one).substr(0, one.size() - 2)));
  EXPECT_FALSE(decodes_as_jpeg(tiny_gif()));
  EXPECT_FALSE(decodes_as_jpeg(""));
  EXPECT_EQ(43u, tiny_gif().size());
  EXPECT_EQ(503u, removed_png().size());
}

TEST(SampleGallery, WantsAClientId) {
  SampleGallery gallery({.images = 1, .delay = 0ms, .client_id = "right"});
  const std::string path = "/3/gallery/hot/viral/0";
  EXPECT_TRUE(has(fetch(gallery.origin(), path), "HTTP/1.1 401 "));
  const auto ask = [&](std::string_view id) {
    RawClient client(gallery.origin());
    client.send("GET " + path + " HTTP/1.1\r\nAuthorization: Client-ID " + std::string(id) +
                "\r\nConnection: close\r\n\r\n");
    return client.read_all();
  };
  EXPECT_TRUE(has(ask("wrong"), "HTTP/1.1 403 "));
  EXPECT_TRUE(has(ask("right"), R"("success":true)"));
}

TEST(SampleGallery, ProgramServesUntilStdinEnds) {
  const char* program = ::getenv("SAMPLE_GALLERY");
  ASSERT_NE(nullptr, program);
  FanfetchProcess process(
      {.args = {"--images", "3", "--delay-ms", "0"}, .program = program, .stdin_pipe = true});
  ASSERT_TRUE(process.wait_for_stdout("\n"));
  EXPECT_TRUE(process.stdout_now().starts_with("http://127.0.0.1:"));
  process.close_stdin();
  const Finished finished = process.wait();
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
}

TEST(SampleGallery, ProgramServesUntilSigterm) {
  const char* program = ::getenv("SAMPLE_GALLERY");
  ASSERT_NE(nullptr, program);
  FanfetchProcess process({.args = {"--images", "1"}, .program = program});
  ASSERT_TRUE(process.wait_for_stdout("\n"));
  process.signal(SIGTERM);
  const Finished finished = process.wait();
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(finished.left_behind.empty());
}

TEST(ResultLines, TellNullFromText) {
  const auto lines = parse_result_lines("{\"index\":1,\"error\":null,\"url\":\"u\"}\n");
  ASSERT_EQ(1u, lines.size());
  EXPECT_EQ(1, lines[0].index);
  EXPECT_EQ(std::nullopt, lines[0].error);
  EXPECT_EQ("u", lines[0].url);
  EXPECT_EQ(3u, lines[0].keys.size());
  EXPECT_THROW((void)parse_result_lines("{}"), std::runtime_error);
  EXPECT_THROW((void)parse_result_lines("[]\n"), std::runtime_error);
}

TEST(TempDir, ListsVisibleFiles) {
  const TempDir folder;
  folder.write("a/b.txt", "one");
  folder.write(".fanfetch/part/x", "hidden");
  EXPECT_EQ((std::map<std::string, std::string>{{"a/b.txt", "one"}}), files_in(folder.path()));
}

}  // namespace
}  // namespace fanfetch::support
