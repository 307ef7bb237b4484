// Requests that have a body, from the transport to a server.

#include <fcntl.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "common/curl/curl_global.h"
#include "common/event_loop.h"
#include "common/unique_fd.h"
#include "tests/support/certificates.h"
#include "tests/support/fault_origin.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"
#include "worker/transport/direct/direct_transport.h"

namespace fanfetch::system {
namespace {

using support::Connection;
using support::FaultOrigin;
using support::Request;

constexpr std::string_view kCreated = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

/// What became of an exchange.
struct Seen final : ResponseTaker {
  void on_request() noexcept override { ++requests; }
  [[nodiscard]] bool on_head(const ResponseHead& head) noexcept override {
    status = head.status();
    return true;
  }
  [[nodiscard]] Taken on_body(std::span<const std::byte>) noexcept override { return Taken::all; }

  int requests = 0;
  int status = 0;
  ExchangeEnd end = {};
};

class UploadTest : public ::testing::Test {
 protected:
  UploadTest() { transport_.emplace(loop_, *setup_, 4); }

  [[nodiscard]] UniqueFd file(const std::string& content) {
    return UniqueFd(::open(folder_.write("body", content).c_str(), O_RDONLY | O_CLOEXEC));
  }
  Seen put(const std::string& url, std::uint16_t port, RequestBody body,
           Repeat repeat = Repeat::once) {
    const Job job{
        .url = url, .connect_host = "127.0.0.1", .connect_port = port, .addresses = {"127.0.0.1"}};
    Seen seen;
    const auto exchange =
        transport_->start(job, {.method = "PUT", .url = url, .body = body}, repeat, seen);
    bool ended = false;
    const auto limit = loop_.call_at(std::chrono::steady_clock::now() + support::kPatience,
                                     [this] { loop_.stop(); });
    loop_.run([&] {
      transport_->collect([&](ResponseTaker&, ExchangeEnd end) {
        seen.end = std::move(end);
        ended = true;
        loop_.stop();
      });
    });
    loop_.cancel(limit);
    EXPECT_TRUE(ended);
    return seen;
  }
  Seen put(const std::string& path, RequestBody body, Repeat repeat = Repeat::once) {
    return put(origin_.url(path), origin_.port(), body, repeat);
  }

  const CurlGlobal curl_;
  const support::TempDir folder_;
  support::Authority authority_{folder_.path()};
  EventLoop loop_;
  const std::string trusted_ = read_file(authority_.root());
  std::optional<CurlSetup> setup_{TlsBytes{.ca = trusted_}};
  std::optional<DirectTransport> transport_;
  // Larger than all buffers between the two, and no multiple of a piece.
  const std::string content_ = noise(20 * 1024 * 1024 + 7);
  std::string received_;
  FaultOrigin origin_;  // last: its threads use what is above
};

TEST_F(UploadTest, AServerGetsAllOfTheBody) {
  origin_.serve("/a", [&](Connection& connection, const Request& request) {
    EXPECT_EQ("PUT", request.method);
    EXPECT_EQ(std::to_string(content_.size()), request.header("content-length"));
    received_ = connection.read_body(content_.size());
    connection.send_last(kCreated);
  });
  const UniqueFd body = file(content_);
  const Seen seen = put("/a", {body.get(), content_.size()});
  EXPECT_EQ(EndCause::complete, seen.end.cause) << seen.end.text;
  EXPECT_EQ(201, seen.status);
  EXPECT_TRUE(received_ == content_);
}

TEST_F(UploadTest, OverTls) {
  const auto certificate = authority_.issue({.host = "IP:127.0.0.1"});
  const support::TlsFront front({.cert = certificate.cert, .key = certificate.key}, origin_.port());
  origin_.serve("/a", [&](Connection& connection, const Request&) {
    received_ = connection.read_body(content_.size());
    connection.send_last(kCreated);
  });
  const UniqueFd body = file(content_);
  const Seen seen = put(front.url("/a"), front.port(), {body.get(), content_.size()});
  EXPECT_EQ(201, seen.status) << seen.end.text;
  EXPECT_TRUE(received_ == content_);
}

TEST_F(UploadTest, AConnectionIsUsedAgainBehindABody) {
  origin_.serve_rest([&](Connection& connection, const Request&) {
    received_ = connection.read_body(5);
    connection.send_last(kCreated);
  });
  const UniqueFd body = file("hello and more");
  EXPECT_EQ(201, put("/a", {body.get(), 5}).status);
  EXPECT_EQ(201, put("/b", {body.get(), 5}).status);
  EXPECT_EQ("hello", received_);
  EXPECT_EQ(1u, origin_.connections());
}

TEST_F(UploadTest, ARequestThatIsSentOnceMoreHasTheWholeBody) {
  origin_.serve("/first", [](Connection& connection, const Request&) {
    (void)connection.read_body(5);
    connection.send_last(kCreated);
  });
  origin_.serve("/again", [&](Connection& connection, const Request& request) {
    received_ = connection.read_body(request.connection == 1 ? 100'000 : content_.size());
    if (request.connection == 1) return connection.reset();
    connection.send_last(kCreated);
  });
  const UniqueFd body = file(content_);
  EXPECT_EQ(201, put("/first", {body.get(), 5}).status);
  const Seen seen = put("/again", {body.get(), content_.size()});
  EXPECT_EQ(201, seen.status) << seen.end.text;
  EXPECT_EQ(2, seen.requests);
  EXPECT_TRUE(received_ == content_);
}

TEST_F(UploadTest, AnEarlyResponseCountsAndEndsTheConnection) {
  origin_.serve("/a", [&](Connection& connection, const Request&) {
    connection.send_last("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n");
    connection.wait_for_hang_up();
  });
  const UniqueFd body = file(content_);
  const Seen seen = put("/a", {body.get(), content_.size()});
  EXPECT_EQ(EndCause::complete, seen.end.cause) << seen.end.text;
  EXPECT_EQ(403, seen.status);
}

TEST_F(UploadTest, AFileThatIsTooShortIsNamed) {
  origin_.serve(
      "/a", [&](Connection& connection, const Request&) { received_ = connection.read_body(100); });
  const UniqueFd body = file("hello");
  const Seen seen = put("/a", {body.get(), 100});
  EXPECT_EQ(EndCause::request_body, seen.end.cause);
  EXPECT_EQ("what is to be sent ends at byte 5 of 100", seen.end.text);
}

}  // namespace
}  // namespace fanfetch::system
