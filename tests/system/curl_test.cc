// The wrappers of libcurl against a server on loopback: what they read, and how they end.

#include <gtest/gtest.h>
#include <poll.h>

#include <map>
#include <string>

#include "common/curl/curl_easy.h"
#include "common/curl/curl_head.h"
#include "common/curl/curl_multi.h"
#include "tests/support/fault_origin.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using support::Connection;
using support::FaultOrigin;
using support::Request;

class KeepBody : public CurlResponseHandler {
 public:
  [[nodiscard]] bool on_head() noexcept override { return true; }
  Taken on_body(std::span<const std::byte> bytes) noexcept override {
    body.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    return Taken::all;
  }
  std::string body;
};

/// A loop of the least that CurlMulti needs. Notes whether it was called when it must not be.
class PollLoop : public CurlEvents {
 public:
  void watch(int fd, Interest interest) noexcept override {
    EXPECT_FALSE(watched_.contains(fd));
    note(fd, interest);
  }
  void rewatch(int fd, Interest interest) noexcept override {
    EXPECT_TRUE(watched_.contains(fd));
    note(fd, interest);
  }
  void unwatch(int fd) noexcept override { watched_.erase(fd); }
  void set_timer(std::optional<std::chrono::milliseconds> time) noexcept override {
    EXPECT_FALSE(ended && time) << "a timer that nobody will serve";
    timer_ = time;
  }

  void turn(CurlMulti& multi) {
    std::vector<pollfd> fds;
    for (const auto& [fd, events] : watched_) fds.push_back({fd, events, 0});
    const int wait = static_cast<int>(timer_.value_or(1s).count());
    if (::poll(fds.data(), fds.size(), wait) == 0 && timer_) {
      timer_.reset();
      multi.on_timer();
    }
    for (const pollfd& one : fds) {
      if (one.revents == 0 || !watched_.contains(one.fd)) continue;
      multi.on_ready(one.fd, {.read = (one.revents & (POLLIN | POLLHUP)) != 0,
                              .write = (one.revents & POLLOUT) != 0,
                              .error = (one.revents & POLLERR) != 0});
    }
  }
  [[nodiscard]] std::size_t watched() const { return watched_.size(); }

  bool ended = false;  // the multi that it serves

 private:
  void note(int fd, Interest interest) {
    EXPECT_FALSE(ended) << "a descriptor that nobody will serve";
    watched_[fd] = static_cast<short>((interest != Interest::write ? POLLIN : 0) |
                                      (interest != Interest::read ? POLLOUT : 0));
  }

  std::map<int, short> watched_;
  std::optional<std::chrono::milliseconds> timer_;
};

class CurlTest : public ::testing::Test {
 protected:
  void serve(const std::string& raw) {
    origin_.serve("/", [raw](Connection& connection, const Request&) {
      connection.send_last(raw);
      connection.close();
    });
  }
  /// The head of what serve() was given.
  ResponseHead get() {
    prepare();
    CurlMulti multi;
    multi.add(easy_);
    EXPECT_TRUE(multi.run(-1));
    multi.collect([&](void*, ExchangeEnd end) { end_ = std::move(end); });
    multi.remove(easy_);
    return read_head(easy_);
  }
  void prepare() {
    easy_.set_url(origin_.url("/"));
    easy_.set_proxy("");
    easy_.set_response_handler(handler_);
  }

  FaultOrigin origin_;
  KeepBody handler_;
  CurlEasy easy_;
  ExchangeEnd end_;
};

TEST_F(CurlTest, AHeadIsReadAsAValue) {
  serve(
      "HTTP/1.1 103 Early Hints\r\nLink: <early>\r\n\r\n"
      "HTTP/1.1 203 Fine\r\nContent-Type:  image/png \r\nETag:\r\nX-Robots-Tag: noai\r\n"
      "X-Folded: one\r\n two\r\nx-robots-tag: all\r\nContent-Length: 2\r\n\r\nok");
  const ResponseHead head = get();
  EXPECT_EQ(end_.cause, EndCause::complete) << end_.text;
  EXPECT_EQ(handler_.body, "ok");
  EXPECT_EQ(head.status(), 203);
  EXPECT_EQ(head.version(), HttpVersion::http_1_1);
  EXPECT_EQ(head.body_length(), 2u);
  EXPECT_EQ(head.first("Content-Type"), "image/png");
  EXPECT_EQ(head.first("ETag"), "");
  EXPECT_EQ(head.first("X-Folded").substr(0, 3), "one");
  EXPECT_EQ(head.first("X-Folded").find_first_of("\r\n"), std::string_view::npos);
  EXPECT_EQ(head.joined("X-Robots-Tag"), "noai, all");
  EXPECT_EQ(head.first("Link"), "") << "of an interim response";
}

TEST_F(CurlTest, ChunksOverruleALength) {
  serve(
      "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n"
      "2\r\nok\r\n0\r\nX-Trailer: t\r\n\r\n");
  const ResponseHead head = get();
  EXPECT_EQ(end_.cause, EndCause::complete) << end_.text;
  EXPECT_EQ(head.body_length(), std::nullopt);
  EXPECT_TRUE(head.tells_body_end());
  EXPECT_EQ(head.first("X-Trailer"), "");
}

TEST_F(CurlTest, AHeadOfVeryManyLinesIsTooLong) {
  std::string raw = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n";
  for (int i = 0; i < 20'000; ++i) raw += "a: b\r\n";
  serve(raw + "\r\n");
  const auto start = std::chrono::steady_clock::now();
  EXPECT_TRUE(get().is_too_long());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 10s) << "libcurl reads each line by all";
}

TEST_F(CurlTest, ABrokenTransferSaysHow) {
  serve("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");
  const ResponseHead head = get();
  EXPECT_EQ(end_.cause, EndCause::cut_short);
  EXPECT_NE(end_.text, "");
  EXPECT_EQ(head.status(), 200);
  EXPECT_EQ(handler_.body, "ab");
}

TEST_F(CurlTest, NoResponseHasAnEmptyHead) {
  serve("");
  const ResponseHead head = get();
  EXPECT_EQ(end_.cause, EndCause::no_response);
  EXPECT_EQ(head.status(), 0);
  EXPECT_EQ(head.size(), 0u);
}

TEST_F(CurlTest, AMultiThatEndsAsksForNothing) {
  PollLoop loop;
  auto gate = std::make_shared<support::Gate>();
  origin_.serve("/", [gate](Connection& connection, const Request&) {
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    connection.wait(*gate);
  });
  {
    auto multi = std::make_unique<CurlMulti>(loop, 8);
    prepare();
    int owner = 0;
    easy_.set_owner(&owner);
    multi->add(easy_);
    while (handler_.body.empty()) loop.turn(*multi);
    EXPECT_EQ(loop.watched(), 1u);
    multi->collect([](void*, ExchangeEnd) { FAIL() << "it is not over"; });
    loop.ended = true;
    multi.reset();  // with a transfer, which the worker never does: all that it calls back for
  }
  EXPECT_EQ(loop.watched(), 0u) << "a closed descriptor is still watched";
  gate->open();
}

TEST_F(CurlTest, AMultiHandsOverEachEndByItsOwner) {
  PollLoop loop;
  serve("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  CurlMulti multi(loop, 8);
  prepare();
  int owner = 0;
  easy_.set_owner(&owner);
  multi.add(easy_);
  int ended = 0;
  while (ended == 0) {
    loop.turn(multi);
    multi.collect([&](void* who, ExchangeEnd end) {
      EXPECT_EQ(who, &owner);
      EXPECT_EQ(end.cause, EndCause::complete);
      ++ended;
    });
  }
  multi.remove(easy_);
}

}  // namespace
}  // namespace fanfetch
