// --http2, against nginx: what is had by it, and what is not believed to be whole.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

#include "tests/support/certificates.h"
#include "tests/support/real_server.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

/// nginx offers HTTP/2 over TLS, and hands the origin's answers on below `/upstream/`.
class Http2Test : public SystemTest {
 protected:
  void start(int requests_a_connection = 1000) {
    certificate_ = make_certificate(folder_.path(), "server", {"IP:" + RealServer::address()});
    nginx_.emplace(Software::nginx, Site{.certificate = certificate_.cert,
                                         .key = certificate_.key,
                                         .upstream = origin_.url().substr(7),
                                         .http2 = true,
                                         .requests_a_connection = requests_a_connection});
  }
  std::vector<std::string> links(std::size_t count) {
    std::vector<std::string> urls;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string name = fmt::format("{:03}.jpg", i);
      wanted_[name] = noise(20'000, static_cast<unsigned>(i) + 1);
      nginx_->put(name, wanted_[name]);
      urls.push_back(nginx_->tls_url("/" + name));
    }
    return urls;
  }
  [[nodiscard]] std::vector<std::string> options(std::vector<std::string> args = {
                                                     "--http2"}) const {
    args.push_back("--cacert=" + certificate_.cert);
    return args;
  }
  /// How many requests of each version it was asked; it is stopped then.
  std::map<std::string, std::size_t> asked() {
    EXPECT_TRUE(nginx_->stop());
    std::map<std::string, std::size_t> versions;
    for (const LoggedRequest& request : nginx_->requests()) ++versions[request.protocol];
    return versions;
  }
  using Asked = std::map<std::string, std::size_t>;

  Certificate certificate_;
  std::optional<RealServer> nginx_;
  std::map<std::string, std::string> wanted_;
};

TEST_F(Http2Test, RecordsTellWhatAConnectionTook) {
  start();
  const Finished finished = run(list_setup(links(3), options({"--http2", "-w1", "-j1"})));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  const auto lines = records();
  ASSERT_EQ(3u, lines.size());
  EXPECT_TRUE(lines[0].connect_ms && lines[0].tls_ms) << "a fresh one";
  for (const ResultLine& line : lines) {
    EXPECT_TRUE(line.first_byte_ms);
    EXPECT_EQ(1, line.requests);
    EXPECT_EQ(&line == &lines[0], line.tls_ms.has_value()) << line.index;
  }
}

TEST_F(Http2Test, ManyFilesShareConnections) {
  start();
  const Finished finished = run(list_setup(links(100), options()));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(wanted_ == saved_files());
  EXPECT_EQ((Asked{{"HTTP/2.0", 100}}), asked());
  EXPECT_LE(count_connections(nginx_->requests()), 16u) << "no more than were begun with at once";
}

TEST_F(Http2Test, OnlyWhoAsksForItGetsIt) {
  start();
  const Finished finished = run(list_setup(links(5), options({})));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Asked{{"HTTP/1.1", 5}}), asked());
}

TEST_F(Http2Test, NotWithALimitOfBytes) {
  start();
  const Finished finished = run(list_setup(links(5), options({"--http2", "--limit-rate=1M"})));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ((Asked{{"HTTP/1.1", 5}}), asked());
}

TEST_F(Http2Test, WhatIsInFlightWhenALimitBeginsFinishes) {
  start();
  const std::string body = noise(400'000);
  auto gate = std::make_shared<Gate>();
  origin_.serve("/upstream/a.jpg", half_then_gate(body, gate));
  FanfetchProcess process(
      list_setup({nginx_->tls_url("/upstream/a.jpg")}, options({"--http2", "-w1"})));
  EXPECT_TRUE(origin_.wait_for_at_once(1));
  // It would take 400 s.
  EXPECT_EQ(
      0, run({.args = {"set", output(), "limit-rate=1K"}, .folder = folder_.path()}).exit_status);
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(body == saved_files().at("a.jpg"));
  EXPECT_EQ((Asked{{"HTTP/2.0", 1}}), asked());
}

/// What comes counts as progress, whatever it is spoken by.
TEST_F(Http2Test, AStreamThatComesSlowlyIsNotStalled) {
  start();
  const std::string body = noise(100'000);
  Reply slow = ok(body);
  slow.drip_bytes = 10'000;
  slow.drip_every = 500ms;
  origin_.serve("/upstream/a.jpg", slow);
  origin_.serve("/b.jpg", slow);
  const Finished finished =
      run(list_setup({nginx_->tls_url("/upstream/a.jpg"), origin_.url("/b.jpg")},
                     options({"--http2", "-w1", "--stall-timeout=2s", "--retries=0"})));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
}

/// Only a stream of HTTP/2 goes on as it began.
TEST_F(Http2Test, WhatHttp1BringsIsHeldBackByANewLimit) {
  auto gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", half_then_gate(noise(4'000'000), gate));
  FanfetchProcess process(list_setup({origin_.url("/a.jpg")}, {"--http2", "-w1"}));
  EXPECT_TRUE(origin_.wait_for_at_once(1));
  EXPECT_EQ(
      0, run({.args = {"set", output(), "limit-rate=1K"}, .folder = folder_.path()}).exit_status);
  gate->open();
  // All of it would take half an hour.
  const Finished stopped = run({.args = {"stop", output()}, .folder = folder_.path()});
  EXPECT_EQ(0, stopped.exit_status) << stopped.describe();
  EXPECT_EQ(6, finish(process).exit_status);
  EXPECT_TRUE(saved_files().empty());
}

TEST_F(Http2Test, AConnectionThatTheServerEndsCostsNoFile) {
  start(7);
  const Finished finished = run(list_setup(links(100), options()));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(wanted_ == saved_files());
}

TEST_F(Http2Test, ABodyWithoutALengthComesByHttp1) {
  start();
  const std::string body = noise(300'000);
  origin_.serve("/upstream/a.jpg", Reply{.body = body, .framing = Framing::chunked});
  const ResultLine line = fetch(nginx_->tls_url("/upstream/a.jpg"), options());
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(1, line.attempts);
  EXPECT_TRUE(body == saved_files().at("a.jpg"));
  EXPECT_EQ((Asked{{"HTTP/1.1", 1}, {"HTTP/2.0", 1}}), asked());
}

TEST_F(Http2Test, AnEmptyBodyWithoutALengthToo) {
  start();
  origin_.serve("/upstream/a.bin", Reply{.framing = Framing::chunked});
  EXPECT_EQ("saved", fetch(nginx_->tls_url("/upstream/a.bin"), options()).status);
  EXPECT_EQ((Asked{{"HTTP/1.1", 1}, {"HTTP/2.0", 1}}), asked());
}

TEST_F(Http2Test, ABodyThatIsCutIsNotSaved) {
  start();
  const std::string body = noise(300'000);
  origin_.serve("/upstream/chunks.jpg",
                Reply{.body = body, .framing = Framing::unterminated_chunks});
  origin_.serve("/upstream/length.jpg", truncated(body, 100'000));
  const Finished finished = run(
      list_setup({nginx_->tls_url("/upstream/chunks.jpg"), nginx_->tls_url("/upstream/length.jpg")},
                 options({"--http2", "--retries=1"})));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  for (const ResultLine& line : records()) {
    EXPECT_EQ("truncated", line.error) << line.message.value_or("");
    EXPECT_EQ(true, line.retryable);
    EXPECT_EQ(2, line.attempts);
  }
  EXPECT_TRUE(saved_files().empty());
  EXPECT_EQ(2u, asked()["HTTP/2.0"]) << "a second try goes by HTTP/1.1";
}

TEST_F(Http2Test, AnErrorPageWithoutALengthIsJustThat) {
  start();
  Reply page = status(404);
  page.framing = Framing::chunked;
  origin_.serve("/upstream/a.jpg", page);
  const ResultLine line = fetch(nginx_->tls_url("/upstream/a.jpg"), options());
  EXPECT_EQ("http_4xx", line.error);
  EXPECT_EQ((Asked{{"HTTP/2.0", 1}}), asked());
}

/// The body of a response without a file is not waited for. Caddy hands a head on before there is a
/// body; nginx and h2o keep it back.
TEST_F(Http2Test, AStatusCountsWhenItsHeadIsThere) {
  certificate_ = make_certificate(folder_.path(), "server", {"IP:" + RealServer::address()});
  RealServer caddy(Software::caddy, Site{.certificate = certificate_.cert,
                                         .key = certificate_.key,
                                         .upstream = origin_.url().substr(7)});
  const auto silent = [](std::string head) {
    return [head](Connection& connection, const Request&) {
      connection.send("HTTP/1.1 " + head + "Content-Length: 1000\r\n\r\n");
      connection.wait_for_hang_up();
    };
  };
  origin_.serve("/upstream/gone.jpg", silent("404 Not Found\r\n"));
  origin_.serve("/upstream/moved.jpg", silent("302 Found\r\nLocation: /target.jpg\r\n"));
  caddy.put("target.jpg", picture());
  const Finished finished =
      run(list_setup({caddy.tls_url("/upstream/gone.jpg"), caddy.tls_url("/upstream/moved.jpg")},
                     options()),
          20s);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  ASSERT_EQ(2u, records().size());
  EXPECT_EQ("http_4xx", records()[0].error) << records()[0].message.value_or("");
  EXPECT_EQ("saved", records()[1].status) << records()[1].message.value_or("");
  EXPECT_LT(finished.took, 10s);
}

/// Over HTTP/1.1 such a head is refused by our own reader; libcurl takes any three digits.
TEST_F(Http2Test, AStatusThatIsNoneIsTheServersFault) {
  start();
  origin_.serve("/upstream/odd.jpg", [](Connection& connection, const Request&) {
    connection.send("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n");
  });
  const Finished finished = run(list_setup({nginx_->tls_url("/upstream/odd.jpg")}, options()));
  EXPECT_FALSE(has(finished.err, "worker ")) << finished.describe();
  ASSERT_EQ(1u, records().size());
  EXPECT_EQ("protocol", records()[0].error);
  EXPECT_TRUE(has(records()[0].message.value_or(""), "its status 999 means nothing"))
      << records()[0].message.value_or("");
}

TEST_F(Http2Test, AServerWithoutItIsServedAsEver) {
  certificate_ = make_certificate(folder_.path(), "server");
  origin_.serve("/a.jpg", ok(picture()));
  const TlsFront front({certificate_.cert, certificate_.key}, origin_.port());
  EXPECT_EQ("saved", fetch(front.url("/a.jpg"), options()).status);
  std::filesystem::remove_all(output());
  EXPECT_EQ("saved", fetch("/a.jpg", options()).status) << "and so is one without TLS";
}

}  // namespace
}  // namespace fanfetch::system
