// Web servers that others wrote, each of which frames HTTP in its own way.

#include <fmt/format.h>

#include "common/sha256.h"
#include "tests/support/real_server.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class InteropTest : public SystemTest, public ::testing::WithParamInterface<Software> {
 protected:
  void expect_saved(const ResultLine& line, std::string_view body) const {
    EXPECT_EQ("saved", line.status) << line.error.value_or("") << line.message.value_or("");
    EXPECT_EQ(to_hex(sha256(body)), line.sha256);
    ASSERT_EQ(1u, saved_files().size());
    EXPECT_TRUE(saved_files().begin()->second == body);
  }
  /// The record of a link in one more run.
  ResultLine fetch_again(const std::string& link, std::vector<std::string> args = {}) {
    const Finished finished = run(list_setup({link}, std::move(args)));
    const auto lines = records();
    EXPECT_EQ(1u, lines.size()) << finished.describe();
    return lines.empty() ? ResultLine{} : lines[0];
  }
};

TEST_P(InteropTest, FilesAreWholeAndConnectionsAreUsedAgain) {
  RealServer server(GetParam());
  std::vector<std::string> links;
  std::map<std::string, std::string> bodies;
  for (unsigned i = 0; i < 100; ++i) {
    const std::string name = fmt::format("{}.bin", i);
    bodies[name] = noise(1 + i * i * 5, i);
    server.put(name, bodies[name]);
    links.push_back(server.url("/" + name));
  }
  const Finished finished = run(list_setup(links));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(bodies, saved_files());
  for (const ResultLine& line : records()) {
    EXPECT_EQ(1, line.attempts);
    EXPECT_EQ(std::nullopt, line.message) << "each length is verified";
  }
  EXPECT_TRUE(server.stop());
  if (GetParam() == Software::python) return;  // HTTP/1.0: a connection each, and no such log
  EXPECT_EQ(100u, server.requests().size());
  EXPECT_LE(count_connections(server.requests()), 16u) << "--per-host is auto:16";
}

class ClosingTest : public InteropTest {};

TEST_P(ClosingTest, AConnectionForEachFile) {
  RealServer server(GetParam(), {.keep_alive = false});
  std::vector<std::string> links;
  for (unsigned i = 0; i < 20; ++i) {
    server.put(fmt::format("{}.bin", i), noise(10'000, i));
    links.push_back(server.url(fmt::format("/{}.bin", i)));
  }
  EXPECT_EQ(0, run(list_setup(links)).exit_status);
  EXPECT_EQ(20u, saved_files().size());
  EXPECT_TRUE(server.stop());
  if (GetParam() == Software::python) return;
  EXPECT_EQ(20u, count_connections(server.requests()));
}

TEST_P(InteropTest, NamesOfEveryKind) {
  RealServer server(GetParam());
  const std::map<std::string, std::string> names = {
      {"/plain.bin", "plain.bin"},
      {"/two%20words.bin", "two words.bin"},
      {"/100%25.bin", "100%.bin"},
      {"/Stra%C3%9Fe.bin", "Straße.bin"},
      {"/übergroß.bin", "übergroß.bin"},
      {"/%E6%97%A5%E6%9C%AC.bin", "日本.bin"},
      {"/a+b&c=d;e,f.bin", "a+b&c=d;e,f.bin"},
      {"/(1)%20%5B2%5D%20%7B3%7D.bin", "(1) [2] {3}.bin"},
      {"/deep/er/down.bin", "down.bin"},
      {"/query.bin?w=100&h=20", "query.bin"},
  };
  std::vector<std::string> links;
  std::map<std::string, std::string> bodies;
  for (const auto& [link, name] : names) {
    const std::string body = "this is " + link;
    server.put(name == "down.bin" ? "deep/er/down.bin" : name, body);
    bodies[name] = body;
    links.push_back(server.url(link));
  }
  const Finished finished = run(list_setup(links));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(bodies, saved_files());
}

TEST_P(InteropTest, AnEmptyFile) {
  RealServer server(GetParam());
  server.put("empty.bin", "");
  const ResultLine line = fetch(server.url("/empty.bin"));
  expect_saved(line, "");
  EXPECT_EQ(0, line.bytes);
}

TEST_P(InteropTest, WhatIsNotToBeHad) {
  RealServer server(GetParam());
  server.put("secret.bin", "not for you");
  server.forbid("secret.bin");
  const Finished finished = run(list_setup({server.url("/none.bin"), server.url("/secret.bin")}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  const auto lines = records();
  ASSERT_EQ(2u, lines.size());
  EXPECT_EQ("http_4xx", lines[0].error);
  EXPECT_EQ(404, lines[0].http_status);
  EXPECT_EQ("http_4xx", lines[1].error);
  // Python's takes what it cannot open for missing.
  EXPECT_EQ(GetParam() == Software::python ? 404 : 403, lines[1].http_status);
  EXPECT_EQ(1, lines[0].attempts);
  EXPECT_TRUE(saved_files().empty());
}

TEST_P(InteropTest, AFolderWithoutItsSlash) {
  RealServer server(GetParam());
  const std::string page = "<!DOCTYPE html><title>a page</title>";
  server.put("folder/index.html", page);
  const ResultLine line = fetch(server.url("/folder"));
  expect_saved(line, page);
  EXPECT_EQ(server.url("/folder/"), line.final_url);
}

TEST_P(InteropTest, RefreshAsksForWhatIsNewer) {
  RealServer server(GetParam());
  server.put("file.bin", "as it was");
  expect_saved(fetch(server.url("/file.bin")), "as it was");
  EXPECT_EQ("kept", fetch_again(server.url("/file.bin"), {"--refresh"}).status);
  server.put("file.bin", "as it is now");
  expect_saved(fetch_again(server.url("/file.bin"), {"--refresh"}), "as it is now");
  EXPECT_TRUE(server.stop());
  std::vector<int> statuses;
  for (const LoggedRequest& request : server.requests()) statuses.push_back(request.status);
  EXPECT_EQ((std::vector<int>{200, 304, 200}), statuses);
}

class CompressionTest : public InteropTest {};

TEST_P(CompressionTest, IsNotAskedForButRead) {
  RealServer server(GetParam());
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += fmt::format("line {}\n", i);
  server.put("plain.bin", text);
  server.put("packed.bin", text);
  EXPECT_EQ(0, run(list_setup({server.url("/plain.bin")})).exit_status);
  EXPECT_EQ(
      0, run(list_setup({server.url("/packed.bin")}, {"-H", "Accept-Encoding: gzip"})).exit_status);
  EXPECT_EQ((std::map<std::string, std::string>{{"plain.bin", text}, {"packed.bin", text}}),
            saved_files());
  EXPECT_TRUE(server.stop());
  const auto requests = server.requests();
  ASSERT_EQ(2u, requests.size());
  EXPECT_EQ(text.size(), requests[0].bytes);
  EXPECT_LT(requests[1].bytes, text.size() / 2);
}

/// A program behind the server makes the files, as is often so.
class GatewayTest : public InteropTest {
 protected:
  const std::string kPath = "/upstream/made.bin";
  const std::string kMade = noise(300'000);

  ResultLine fetch_made(const Reply& reply) {
    origin_.serve(kPath, reply);
    const RealServer server(GetParam(), {.upstream = fmt::format("127.0.0.1:{}", origin_.port())});
    return fetch(server.url(kPath), {"--retries=0"});
  }
  [[nodiscard]] Reply made(Framing framing) const {
    return {.body = kMade, .content_type = "application/octet-stream", .framing = framing};
  }
};

TEST_P(GatewayTest, ChunksSayWhereTheyEnd) {
  const ResultLine line = fetch_made(made(Framing::chunked));
  expect_saved(line, kMade);
  EXPECT_EQ(std::nullopt, line.message) << "its length is verified";
}

TEST_P(GatewayTest, ALengthThatIsNotKeptIsNoFile) {
  Reply reply = made(Framing::length);
  reply.cut_after = 200'000;
  reply.ending = Ending::close;
  EXPECT_EQ("truncated", fetch_made(reply).error);
}

/// lighttpd 1.4.69 and Caddy 2.6.2 are not among these: they end such an answer as if it were
/// whole, so that no client can tell.
class HonestGatewayTest : public GatewayTest {};

TEST_P(HonestGatewayTest, ChunksThatBreakOffAreNoFile) {
  Reply reply = made(Framing::chunked);
  reply.cut_after = 200'000;
  reply.ending = Ending::close;
  EXPECT_EQ("truncated", fetch_made(reply).error);
}

using enum Software;
constexpr auto kName = [](const auto& test) { return name(test.param); };
const auto kAll = ::testing::Values(nginx, apache, lighttpd, caddy, h2o, python);
const auto kAllButPython = ::testing::Values(nginx, apache, lighttpd, caddy, h2o);

INSTANTIATE_TEST_SUITE_P(With, InteropTest, kAll, kName);
INSTANTIATE_TEST_SUITE_P(With, CompressionTest, kAllButPython, kName);
INSTANTIATE_TEST_SUITE_P(With, GatewayTest, kAllButPython, kName);
INSTANTIATE_TEST_SUITE_P(With, HonestGatewayTest, ::testing::Values(nginx, apache, h2o), kName);
// h2o cannot be told to close connections; Python's server closes each.
INSTANTIATE_TEST_SUITE_P(With, ClosingTest,
                         ::testing::Values(nginx, apache, lighttpd, caddy, python), kName);

}  // namespace
}  // namespace fanfetch::system
