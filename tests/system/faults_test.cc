// Bodies and answers that are wrong: what is saved is whole, the rest has its class, and what may
// come right is tried again.

#include <fmt/format.h>
#include <time.h>

#include <array>
#include <filesystem>

#include "common/sha256.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

const std::string kPath = "/a.jpg";
const std::string kBody = noise(300'000);

class FaultsTest : public SystemTest {
 protected:
  void expect_saved(const ResultLine& line, std::int64_t attempts,
                    const std::string& body = kBody) {
    EXPECT_EQ("saved", line.status) << line.error.value_or("") << line.message.value_or("");
    EXPECT_EQ(attempts, line.attempts);
    EXPECT_EQ(static_cast<std::int64_t>(body.size()), line.bytes);
    EXPECT_EQ(to_hex(sha256(body)), line.sha256);
    EXPECT_EQ(std::nullopt, line.error);
    ASSERT_EQ(1u, saved_files().size());
    EXPECT_TRUE(saved_files().begin()->second == body);
  }
  void expect_failed(const ResultLine& line, const std::string& error, bool retryable,
                     std::int64_t attempts) {
    EXPECT_EQ("failed", line.status);
    EXPECT_EQ(error, line.error) << line.message.value_or("");
    EXPECT_EQ(retryable, line.retryable);
    EXPECT_EQ(attempts, line.attempts);
    EXPECT_EQ(static_cast<std::size_t>(attempts), origin_.count(kPath));
    EXPECT_EQ(std::nullopt, line.file_name);
    EXPECT_FALSE(line.message.value_or("").empty());
    EXPECT_TRUE(saved_files().empty());
  }
  /// First `fault`, then the whole body: saved at the second try.
  void expect_recovery(const Reply& fault) {
    origin_.serve_in_turn(kPath, {fault, ok(kBody)});
    expect_saved(fetch(kPath), 2);
  }
};

TEST_F(FaultsTest, Whole) {
  origin_.serve(kPath, ok(kBody));
  expect_saved(fetch(kPath), 1);
}

TEST_F(FaultsTest, Empty) {
  origin_.serve("/a.bin", ok(""));
  expect_saved(fetch("/a.bin"), 1, "");
}

TEST_F(FaultsTest, Truncated) {
  origin_.serve(kPath, truncated(kBody, 200'000));
  expect_failed(fetch(kPath, {"--retries=1"}), "truncated", true, 2);
}

TEST_F(FaultsTest, TruncatedThenWhole) { expect_recovery(truncated(kBody, 200'000)); }

TEST_F(FaultsTest, TruncatedAfterTheHeaders) { expect_recovery(truncated(kBody, 0)); }

TEST_F(FaultsTest, Reset) {
  origin_.serve(kPath, reset_after(kBody, 200'000));
  expect_failed(fetch(kPath, {"--retries=1"}), "truncated", true, 2);
}

TEST_F(FaultsTest, ResetThenWhole) { expect_recovery(reset_after(kBody, 200'000)); }

TEST_F(FaultsTest, HangUpWithoutAnAnswer) {
  origin_.serve(kPath, [](Connection& connection, const Request&) { connection.close(); });
  expect_failed(fetch(kPath, {"--retries=0"}), "connect", true, 1);
}

TEST_F(FaultsTest, Chunked) {
  origin_.serve(kPath, Reply{.body = kBody, .framing = Framing::chunked});
  expect_saved(fetch(kPath), 1);
}

TEST_F(FaultsTest, ChunkWithoutSize) {
  expect_recovery(Reply{.body = kBody, .framing = Framing::bad_chunk});
}

TEST_F(FaultsTest, ChunksWithoutEnd) {
  origin_.serve(kPath, Reply{.body = kBody, .framing = Framing::unterminated_chunks});
  expect_failed(fetch(kPath, {"--retries=1"}), "truncated", true, 2);
}

TEST_F(FaultsTest, NoLength) {
  origin_.serve(kPath, Reply{.body = kBody, .framing = Framing::until_close});
  const ResultLine line = fetch(kPath);
  expect_saved(line, 1);
  EXPECT_TRUE(has(line.message.value_or(""), "no length")) << "nobody can tell it from a cut";
}

TEST_F(FaultsTest, EncodingThatNobodyAskedFor) {
  Reply reply = ok(kBody);
  reply.headers = {{"Content-Encoding", "br"}};
  origin_.serve(kPath, reply);
  expect_failed(fetch(kPath), "protocol", false, 1);
}

TEST_F(FaultsTest, GzipUnasked) {
  const std::string text = picture(std::string(500'000, 'z'));
  origin_.serve(kPath, Reply{.body = text, .gzip = true});
  expect_saved(fetch(kPath), 1, text);
  EXPECT_FALSE(has(origin_.requests().at(0).header("accept-encoding").value_or(""), "gzip"));
}

TEST_F(FaultsTest, GzipThatIsTheFile) {
  const std::string packed = gzip(std::string(10'000, 'z'));
  Reply reply = ok(packed);
  reply.headers = {{"Content-Encoding", "gzip"}};
  origin_.serve("/archive.tar.gz", reply);
  expect_saved(fetch("/archive.tar.gz"), 1, packed);
}

TEST_F(FaultsTest, GzipThatIsTheFileByTheNameOfAHop) {
  const std::string packed = gzip(std::string(10'000, 'z'));
  Reply reply = ok(packed);
  reply.headers = {{"Content-Encoding", "gzip"}};
  origin_.serve("/blob/1", reply);
  origin_.serve("/get/pkg.tar.GZ", redirect("/blob/1"));
  origin_.serve("/get", redirect("/get/pkg.tar.GZ"));
  for (const char* link : {"/get/pkg.tar.GZ", "/get"}) {
    std::filesystem::remove_all(output());
    expect_saved(fetch(link), 1, packed);
  }
  std::filesystem::remove_all(output());
  expect_saved(fetch("/blob/1"), 1, std::string(10'000, 'z'));
}

TEST_F(FaultsTest, ACodingThatStaysOnIsToldInTheRecord) {
  Reply reply = ok("some bytes");
  reply.headers = {{"Content-Encoding", "x-xz"}};
  origin_.serve("/a.tar", reply);
  const ResultLine line = fetch("/a.tar");
  expect_saved(line, 1, "some bytes");
  EXPECT_TRUE(has(line.message.value_or(""), "Content-Encoding 'xz'"))
      << line.message.value_or("none");
}

TEST_F(FaultsTest, GzipThatIsNone) {
  Reply reply = ok(kBody);
  reply.headers = {{"Content-Encoding", "gzip"}};
  origin_.serve(kPath, reply);
  expect_failed(fetch(kPath), "protocol", false, 1);
}

TEST_F(FaultsTest, GzipCutInsideAWholeBody) {
  // The length is right; only the stream inside says that the end is missing.
  const std::string packed = gzip(kBody);
  Reply reply = ok(std::string_view(packed).substr(0, packed.size() / 2));
  reply.headers = {{"Content-Encoding", "gzip"}};
  origin_.serve(kPath, reply);
  expect_failed(fetch(kPath, {"--retries=0"}), "truncated", true, 1);
}

TEST_F(FaultsTest, ServerErrorThenWhole) { expect_recovery(status(503)); }

TEST_F(FaultsTest, ServerErrorForEver) {
  origin_.serve(kPath, status(500));
  const ResultLine line = fetch(kPath, {"--retries=1"});
  expect_failed(line, "http_5xx", true, 2);
  EXPECT_EQ(500, line.http_status);
}

TEST_F(FaultsTest, NotFoundIsAskedOnce) {
  origin_.serve(kPath, status(404));
  const ResultLine line = fetch(kPath);
  expect_failed(line, "http_4xx", false, 1);
  EXPECT_EQ(404, line.http_status);
}

/// How the body of a response may end badly.
std::vector<Reply> bad_endings(const Reply& reply) {
  std::vector<Reply> all;
  for (const Framing framing :
       {Framing::bad_chunk, Framing::unterminated_chunks, Framing::until_close}) {
    all.push_back(reply);
    all.back().framing = framing;
  }
  for (const Ending ending : {Ending::close, Ending::reset}) {
    for (const std::size_t sent : {0, 100}) {
      all.push_back(reply);
      all.back().cut_after = sent;
      all.back().ending = ending;
    }
  }
  return all;
}

TEST_F(FaultsTest, AnErrorPageThatEndsBadlyIsWhatItsStatusSays) {
  std::size_t asked = 0;
  for (const Reply& reply : bad_endings(Reply{.status = 404, .body = kBody})) {
    std::filesystem::remove_all(output());  // a 404 would stand
    origin_.serve(kPath, reply);
    const ResultLine line = fetch(kPath);
    EXPECT_EQ("http_4xx", line.error) << line.message.value_or("");
    EXPECT_EQ(404, line.http_status);
    EXPECT_EQ(++asked, origin_.count(kPath));
  }
  for (const Reply& reply :
       bad_endings(Reply{.status = 429, .body = kBody, .headers = {{"Retry-After", "0"}}})) {
    std::filesystem::remove_all(output());
    origin_.serve_in_turn(kPath, {reply, ok(kBody)});
    expect_saved(fetch(kPath), 2);
  }
}

TEST_F(FaultsTest, ARedirectIsFollowedHoweverItsBodyEnds) {
  origin_.serve("/b.jpg", ok(kBody));
  for (const int code : {300, 302, 307}) {
    for (Reply reply : bad_endings(redirect("/b.jpg", code))) {
      std::filesystem::remove_all(output());
      reply.body = kBody;
      origin_.serve(kPath, reply);
      expect_saved(fetch(kPath), 1);
    }
  }
}

TEST_F(FaultsTest, AFileThatIsNotReadyIsAskedForAgain) {
  origin_.serve_in_turn(kPath, {status(202, {{"Retry-After", "0"}}), ok(kBody)});
  expect_saved(fetch(kPath), 2);
}

TEST_F(FaultsTest, ErrorPageWithoutEnd) {
  origin_.serve(kPath, Reply{.status = 404, .body = noise(50'000), .endless = true});
  const ResultLine line = fetch(kPath, {"--timeout=20s", "--retries=0"});
  expect_failed(line, "http_4xx", false, 1);
}

TEST_F(FaultsTest, RateLimitedForEver) {
  origin_.serve(kPath, status(429, {{"Retry-After", "0"}}));
  expect_failed(fetch(kPath, {"--retries=1"}), "rate_limited", true, 2);
}

TEST_F(FaultsTest, RetryAfterInSeconds) {
  origin_.serve_in_turn(kPath, {status(429, {{"Retry-After", "2"}}), ok(kBody)});
  expect_saved(fetch(kPath), 2);
  const auto asked = origin_.requests(kPath);
  ASSERT_EQ(2u, asked.size());
  EXPECT_GE(asked[1].at - asked[0].at, 2s);
}

TEST_F(FaultsTest, RetryAfterAsDate) {
  origin_.serve(kPath, [this](Connection& connection, const Request& request) {
    if (origin_.count(kPath) > 1) return answer(connection, request, ok(kBody));
    const time_t later = ::time(nullptr) + 3;
    tm parts{};
    ::gmtime_r(&later, &parts);
    std::array<char, 64> date{};
    ASSERT_GT(::strftime(date.data(), date.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts), 0u);
    answer(connection, request, status(503, {{"Retry-After", date.data()}}));
  });
  expect_saved(fetch(kPath), 2);
  const auto asked = origin_.requests(kPath);
  ASSERT_EQ(2u, asked.size());
  EXPECT_GE(asked[1].at - asked[0].at, 2s) << "dates have whole seconds";
}

TEST_F(FaultsTest, StatusesThatAreNoFile) {
  for (const int code : {201, 204, 206, 304, 410, 418, 599}) {
    std::filesystem::remove_all(output());  // 410 would stand
    origin_.serve(kPath, Reply{.status = code, .body = code == 204 || code == 304 ? "" : kBody});
    const ResultLine line = fetch(kPath, {"--retries=0"});
    EXPECT_EQ("failed", line.status) << code;
    EXPECT_EQ(code, line.http_status);
    EXPECT_TRUE(saved_files().empty()) << code;
  }
}

TEST_F(FaultsTest, EarlyHints) {
  origin_.serve(kPath, [](Connection& connection, const Request& request) {
    connection.send("HTTP/1.1 103 Early Hints\r\nETag: \"early\"\r\n\r\n");
    Reply reply = ok(kBody);
    reply.headers = {{"ETag", "\"late\""}};
    answer(connection, request, reply);
  });
  const ResultLine line = fetch(kPath);
  expect_saved(line, 1);
  EXPECT_EQ("\"late\"", line.etag);
}

TEST_F(FaultsTest, NoHttpAtAll) {
  origin_.serve(kPath, [](Connection& connection, const Request&) {
    connection.send_last("SSH-2.0-OpenSSH_9.2\r\n");
    connection.close();
  });
  const ResultLine line = fetch(kPath, {"--retries=0"});
  EXPECT_EQ("failed", line.status);
  EXPECT_EQ("protocol", line.error) << line.message.value_or("");
}

TEST_F(FaultsTest, LongHeaders) {
  Reply reply = ok(kBody);
  reply.headers = {{"ETag", '"' + std::string(30'000, 'e') + '"'},
                   {"Last-Modified", std::string(30'000, 'm')}};
  reply.content_type = std::string(30'000, 't');
  origin_.serve(kPath, reply);
  expect_saved(fetch(kPath), 1);
}

TEST_F(FaultsTest, HugeHeaders) {
  Reply reply = ok(kBody);
  for (int i = 0; i < 50; ++i) reply.headers.emplace_back("X-Filler", std::string(90'000, 'x'));
  origin_.serve(kPath, reply);
  const ResultLine line = fetch(kPath, {"--retries=0"});
  EXPECT_TRUE(line.status == "failed" || line.status == "saved");
}

TEST_F(FaultsTest, ConnectionsThatCloseAfterPromisingToStay) {
  const auto paths = serve_many(20);
  for (const auto& [name, bytes] : served()) {
    origin_.serve("/" + name, Reply{.body = bytes, .ending = Ending::close});
  }
  const Finished finished = run(list_setup(paths, {"-w1", "-j1"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(served(), saved_files());
}

TEST_F(FaultsTest, EveryFaultAtOnce) {
  auto paths = serve_many(60);
  int i = 0;
  for (const auto& [name, bytes] : served()) {
    const Reply whole = ok(bytes);
    const std::array<Reply, 6> faults = {truncated(bytes, 5000),
                                         reset_after(bytes, 5000),
                                         status(503),
                                         whole,
                                         Reply{.body = bytes, .framing = Framing::bad_chunk},
                                         Reply{.body = bytes, .framing = Framing::until_close}};
    origin_.serve_in_turn("/" + name, {faults[static_cast<std::size_t>(i++) % 6], whole});
  }
  const Finished finished = run(list_setup(paths, {"-w2", "-j16"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(served(), saved_files());
}

}  // namespace
}  // namespace fanfetch::system
