// Hostile bytes of HTTP/2: what a server may send in place of an answer ends the link with its
// class, in time and with little memory, and costs no other link.

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <list>
#include <set>
#include <thread>

#include "tests/support/certificates.h"
#include "tests/support/http2_frames.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

using http2::frame;
using http2::header;
using http2::kEndHeaders;
using http2::kEndStream;
using http2::Type;

/// Of a worker's memory while it does little. AddressSanitizer has its own, and keeps what is
/// freed. It is slow, too: floods that nothing ends but time, several at once, would keep the
/// worker from the other links for longer than any server waits for a handshake.
#ifdef __SANITIZE_ADDRESS__
constexpr long kFewKib = 1'000'000;
constexpr const char* kStall = "--stall-timeout=15s";
constexpr auto kFloodPause = 50ms;  // after each 60,000 bytes
#else
constexpr long kFewKib = 40'000;
constexpr const char* kStall = "--stall-timeout=3s";
constexpr auto kFloodPause = 0ms;
#endif

/// The biggest payload of a frame that a client takes which has not said otherwise.
constexpr std::size_t kMostPayload = 16'384;

std::string repeated(std::string_view text, std::size_t bytes) {
  std::string all;
  while (all.size() < bytes) all += text;
  return all;
}

std::string ok_head(std::uint32_t stream, std::string_view more = {}, std::uint8_t flags = 0) {
  return frame(Type::headers, kEndHeaders | flags, stream, header(":status", "200").append(more));
}

/// Once `first`, then `again` until the peer has had enough.
void flood(Connection& connection, std::string_view first, std::string_view again,
           std::chrono::milliseconds pause = 0ms) {
  if (!connection.send(first)) return;
  while (connection.send(again)) {
    if (pause > 0ms && !connection.pause(pause)) return;
  }
}

std::string length(std::size_t bytes) { return header("content-length", std::to_string(bytes)); }

struct Attack {
  const char* name;
  Http2Handler handler;
  std::set<std::string> ends;  // one of these
};

const std::set<std::string> kBroken = {"connect", "truncated", "protocol"};
/// What brings the link nothing ends by time, or with the connection.
const std::set<std::string> kNothing = {"timeout", "connect", "truncated"};
/// A body without a length is asked for by HTTP/1.1, which these servers know nothing by.
const std::set<std::string> kAskedAgain = {"http_4xx", "connect", "truncated", "protocol"};

/// Heads and trailers.
std::vector<Attack> attacks_by_heads() {
  const std::string much = header("x-filler", std::string(16'000, 'x'));
  // Each byte stands for the whole header that came first.
  const std::string bomb(kMostPayload, static_cast<char>(0x80 | 62));
  return {
      {"a head of 16 KiB headers without end",
       [=](Connection& to, std::uint32_t stream) {
         flood(to, frame(Type::headers, 0, stream, header(":status", "200")),
               frame(Type::continuation, 0, stream, much));
       },
       {"protocol", "connect"}},
      {"continuations of nothing without end",
       [](Connection& to, std::uint32_t stream) {
         flood(to, frame(Type::headers, 0, stream, header(":status", "200")),
               repeated(frame(Type::continuation, 0, stream), 60'000));
       },
       {"protocol", "connect"}},
      {"a head that HPACK blows up",
       [=](Connection& to, std::uint32_t stream) {
         const std::string first =
             header(":status", "200") + http2::indexed_header("x", std::string(4'000, 'x'));
         flood(to, frame(Type::headers, 0, stream, first),
               frame(Type::continuation, 0, stream, bomb));
       },
       {"protocol", "connect"}},
      {"hints without end",
       [](Connection& to, std::uint32_t stream) {
         const std::string hint = frame(Type::headers, kEndHeaders, stream,
                                        header(":status", "103") + header("link", "</a>"));
         flood(to, "", repeated(hint, 60'000));
       },
       {"protocol", "connect"}},
      {"trailers without end",
       [=](Connection& to, std::uint32_t stream) {
         flood(to,
               ok_head(stream) + frame(Type::data, 0, stream, picture()) +
                   frame(Type::headers, 0, stream, much),
               frame(Type::continuation, 0, stream, much));
       },
       kAskedAgain},
      {"a table of HPACK that cannot be",
       [](Connection& to, std::uint32_t stream) {
         // To set the table's size to 2^28 (RFC 7541, 6.3); at most 4096 were agreed on.
         to.send(frame(Type::headers, kEndHeaders, stream, "\x3f\xe1\xff\xff\x7f"));
         to.wait_for_hang_up();
       },
       {"protocol", "connect"}},
      {"an index of HPACK that is not there",
       [](Connection& to, std::uint32_t stream) {
         to.send(frame(Type::headers, kEndHeaders, stream, "\xff\x80\x80\x01"));
         to.wait_for_hang_up();
       },
       {"protocol", "connect"}},
      {"a head without a status",
       [](Connection& to, std::uint32_t stream) {
         to.send(frame(Type::headers, kEndHeaders | kEndStream, stream, header("a", "b")));
         to.wait_for_hang_up();
       },
       {"protocol", "connect"}},
      {"a name with a line feed",
       [](Connection& to, std::uint32_t stream) {
         to.send(ok_head(stream, header("a\r\nx", "b\r\n\r\nc"), kEndStream));
         to.wait_for_hang_up();
       },
       {"protocol", "connect"}},
      {"two lengths",
       [](Connection& to, std::uint32_t stream) {
         to.send(ok_head(stream, length(1) + length(2)) +
                 frame(Type::data, kEndStream, stream, "x"));
         to.wait_for_hang_up();
       },
       kBroken},
  };
}

/// Bodies and their lengths.
std::vector<Attack> attacks_by_bodies() {
  const std::string body = picture();
  return {
      // What comes behind it may come too late to be seen.
      {"more than its length",
       [=](Connection& to, std::uint32_t stream) {
         flood(to, ok_head(stream, length(body.size())) + frame(Type::data, 0, stream, body),
               frame(Type::data, 0, stream, std::string(kMostPayload, 'x')));
       },
       {"saved", "connect", "truncated", "protocol"}},
      {"a byte more than its length",
       [=](Connection& to, std::uint32_t stream) {
         to.send(ok_head(stream, length(body.size())) +
                 frame(Type::data, kEndStream, stream, body + "x"));
         to.wait_for_hang_up();
       },
       kBroken},
      {"a byte less than its length",
       [=](Connection& to, std::uint32_t stream) {
         to.send(ok_head(stream, length(body.size() + 1)) +
                 frame(Type::data, kEndStream, stream, body));
         to.wait_for_hang_up();
       },
       kBroken},
      {"a body before its head",
       [=](Connection& to, std::uint32_t stream) {
         to.send(frame(Type::data, kEndStream, stream, body));
         to.wait_for_hang_up();
       },
       {"protocol", "connect"}},
      {"a body without end beyond the window",
       [=](Connection& to, std::uint32_t stream) {
         flood(to, ok_head(stream), frame(Type::data, 0, stream, std::string(kMostPayload, 'x')));
       },
       kAskedAgain},
      {"frames of nothing without end",
       [=](Connection& to, std::uint32_t stream) {
         flood(to, ok_head(stream), repeated(frame(Type::data, 0, stream), 60'000));
       },
       kAskedAgain},
      {"padding without end",
       [=](Connection& to, std::uint32_t stream) {
         constexpr std::uint8_t kPadded = 8;
         const std::string padding = '\xff' + std::string(255, '\0');
         flood(to, ok_head(stream), repeated(frame(Type::data, kPadded, stream, padding), 60'000));
       },
       kAskedAgain},
      {"padding longer than its frame",
       [=](Connection& to, std::uint32_t stream) {
         constexpr std::uint8_t kPadded = 8;
         to.send(ok_head(stream) + frame(Type::data, kPadded, stream, "\xffx"));
         to.wait_for_hang_up();
       },
       kAskedAgain},
  };
}

/// The connection itself.
std::vector<Attack> attacks_by_frames() {
  using http2::number;
  using http2::setting;
  constexpr std::uint16_t kInitialWindow = 4, kMaxFrame = 5;
  const auto send = [](std::string bytes) {
    return [bytes](Connection& to, std::uint32_t) {
      to.send(bytes);
      to.wait_for_hang_up();
    };
  };
  const auto floods = [](std::string again) {
    return [again = repeated(again, 60'000)](Connection& to, std::uint32_t) {
      flood(to, "", again, kFloodPause);
    };
  };
  return {
      {"settings without end", floods(frame(Type::settings, 0, 0)), kNothing},
      {"settings that change the window each time",
       floods(frame(Type::settings, 0, 0, setting(kInitialWindow, 1)) +
              frame(Type::settings, 0, 0, setting(kInitialWindow, 0x7fffffff))),
       kNothing},
      {"pings without end", floods(frame(Type::ping, 0, 0, "12345678")), kNothing},
      {"frames of an unknown type", floods(http2::frame_head(0, 0xbe, 0, 0)), kNothing},
      {"windows of one byte more", floods(frame(Type::window_update, 0, 0, number(1))), kNothing},
      {"a window of more than there can be",
       send(repeated(frame(Type::window_update, 0, 0, number(0x7fffffff)), 100)),
       {"protocol", "connect"}},
      {"a window of none more",
       send(frame(Type::window_update, 0, 0, number(0))),
       {"protocol", "connect"}},
      {"a setting that cannot be",
       send(frame(Type::settings, 0, 0, setting(kMaxFrame, 1))),
       {"protocol", "connect"}},
      {"a frame of 16 MiB",
       send(http2::frame_head(0xffffff, 0, 0, 1) + std::string(60'000, 'x')),
       {"protocol", "connect", "truncated"}},
      {"a stream that nobody began", send(frame(Type::data, 0, 77, "x")), {"protocol", "connect"}},
      {"what is no HTTP/2",
       send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx"),
       {"protocol", "connect"}},
      {"a promise that nobody asked for",
       [](Connection& to, std::uint32_t stream) {
         const std::string request = header(":method", "GET") + header(":scheme", "https") +
                                     header(":authority", "h") + header(":path", "/planted.jpg");
         to.send(frame(Type::push_promise, kEndHeaders, stream, http2::number(2) + request) +
                 frame(Type::headers, kEndHeaders, 2, header(":status", "200")) +
                 frame(Type::data, kEndStream, 2, picture()));
         to.wait_for_hang_up();
       },
       {"protocol", "connect"}},
      {"a reset at once",
       [](Connection& to, std::uint32_t stream) {
         to.send(frame(Type::rst_stream, 0, stream, http2::number(8)));
       },
       {"protocol", "connect"}},
      {"a reset behind the head",
       [](Connection& to, std::uint32_t stream) {
         to.send(ok_head(stream) + frame(Type::rst_stream, 0, stream, http2::number(2)));
       },
       kAskedAgain},
      {"resets without end",
       [](Connection& to, std::uint32_t stream) {
         flood(to, "", repeated(frame(Type::rst_stream, 0, stream, http2::number(8)), 60'000));
       },
       {"protocol", "connect"}},
      {"an end of the connection",
       [](Connection& to, std::uint32_t) {
         to.send(frame(Type::goaway, 0, 0, http2::number(0) + http2::number(11)));
       },
       {"protocol", "connect", "timeout"}},
      {"silence", [](Connection& to, std::uint32_t) { to.wait_for_hang_up(); }, {"timeout"}},
      {"a head that drips",
       [](Connection& to, std::uint32_t stream) {
         for (const char c :
              frame(Type::headers, kEndHeaders, stream,
                    header(":status", "200") + header("x", std::string(9'000, 'x')))) {
           if (!to.send({&c, 1}) || !to.pause(20ms)) return;
         }
       },
       {"timeout"}},
  };
}

class Http2BytesTest : public SystemTest {
 protected:
  /// All at once in one worker, each by a server of its own, which knows nothing by HTTP/1.1; and a
  /// sound link among them.
  void expect_given_up(const std::vector<Attack>& attacks) {
    std::list<Hostile> servers;
    std::vector<std::string> links;
    for (const Attack& attack : attacks) {
      links.push_back(servers.emplace_back(attack, certificate_).front.url("/attack.jpg"));
    }
    links.emplace_back("/sound.jpg");
    const Watched watched =
        watch(list_setup(links, {"--http2", "-w1", "-j32", "--cacert=" + certificate_.cert,
                                 "--retries=0", kStall, "--min-speed=100", "--max-size=3M"}));
    const Finished& finished = watched.finished;
    EXPECT_EQ(1, finished.exit_status) << finished.describe();
    EXPECT_FALSE(has(finished.err, "worker 1 ")) << "it died: " << finished.describe();
    EXPECT_LT(finished.took, 50s);
    EXPECT_LT(watched.most_kib, kFewKib);
    const auto lines = records();
    ASSERT_EQ(links.size(), lines.size()) << finished.describe();
    auto server = servers.begin();
    for (std::size_t i = 0; i < attacks.size(); ++i, ++server) {
      SCOPED_TRACE(attacks[i].name);
      EXPECT_GE(server->origin.count("*"), 1u) << "it is a server of HTTP/2";
      const std::string end = lines[i].error.value_or(lines[i].status);
      EXPECT_TRUE(attacks[i].ends.contains(end)) << end << ": " << lines[i].message.value_or("");
    }
    EXPECT_EQ("saved", lines.back().status) << lines.back().message.value_or("");
    for (const auto& [name, content] : saved_files()) EXPECT_EQ(picture(), content) << name;
    RecordProperty("most_kib", std::to_string(watched.most_kib));
  }
  void SetUp() override {
    certificate_ = make_certificate(folder_.path(), "server", {"IP:127.0.0.1"});
    origin_.serve("/sound.jpg", ok(picture()));
  }

  struct Hostile {
    Hostile(const Attack& attack, const Certificate& certificate)
        : front({.cert = certificate.cert, .key = certificate.key, .alpn = "h2"}, origin.port()) {
      origin.serve("*", [handler = attack.handler](Connection& connection, const Request&) {
        serve_http2(connection, handler);
        connection.reset();
      });
    }
    /// The front's threads may be sending to the origin's, and those to them.
    ~Hostile() { origin.stop(); }

    FaultOrigin origin;
    TlsFront front;
  };
  struct Watched {
    Finished finished;
    long most_kib = 0;  // that a worker has had while it ran
  };
  Watched watch(const Launch& given) {
    FanfetchProcess process(given);
    Watched watched;
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!process.ended() && std::chrono::steady_clock::now() < deadline) {
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
    watched.finished = finish(process, 1s);
    return watched;
  }

  Certificate certificate_;
};

/// Else the attacks below would show nothing.
TEST_F(Http2BytesTest, ASoundAnswerIsTaken) {
  FaultOrigin server;
  server.serve("*", [](Connection& connection, const Request&) {
    serve_http2(connection, [](Connection& to, std::uint32_t stream) {
      to.send(ok_head(stream, length(picture().size())) +
              frame(Type::data, kEndStream, stream, picture()));
    });
  });
  const TlsFront front({.cert = certificate_.cert, .key = certificate_.key, .alpn = "h2"},
                       server.port());
  const ResultLine line = fetch(front.url("/a.jpg"), {"--http2", "--cacert=" + certificate_.cert});
  EXPECT_EQ("saved", line.status) << line.message.value_or("");
  EXPECT_EQ(picture(), saved_files().at("a.jpg"));
  EXPECT_EQ(1u, server.count("*"));
}

TEST_F(Http2BytesTest, HeadsAreGivenUp) { expect_given_up(attacks_by_heads()); }

TEST_F(Http2BytesTest, BodiesAreGivenUp) { expect_given_up(attacks_by_bodies()); }

TEST_F(Http2BytesTest, ConnectionsAreGivenUp) { expect_given_up(attacks_by_frames()); }

}  // namespace
}  // namespace fanfetch::system
