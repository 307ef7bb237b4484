// What comes over the wire in place of an API's page, from the bytes on a socket.

#include <fmt/format.h>

#include <filesystem>

#include "tests/support/certificates.h"
#include "tests/support/encode.h"
#include "tests/support/test_proxy.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

const std::string kPage = R"({"d":["/a.bin"]})";

std::string response(std::string_view lines, std::string_view body = kPage,
                     std::string_view status = "HTTP/1.1 200 OK") {
  return fmt::format("{}\r\n{}\r\n{}", status, lines, body);
}
std::string with_length(std::string_view body, std::string_view lines = "") {
  return response(fmt::format("{}Content-Length: {}\r\n", lines, body.size()), body);
}

class ListingTest : public SystemTest {
 protected:
  ListingTest() { origin_.serve("/a.bin", ok("a")); }

  /// Sends one of `replies` after the other, then the last one forever, and closes each time.
  void serve_bytes(const std::string& path, std::vector<std::string> replies) {
    auto next = std::make_shared<std::atomic<std::size_t>>(0);
    origin_.serve(path,
                  [next, replies = std::move(replies)](Connection& connection, const Request&) {
                    connection.send_last(replies[std::min(next->fetch_add(1), replies.size() - 1)]);
                    connection.close();
                  });
  }
  [[nodiscard]] Launch api_setup(const std::string& url, std::vector<std::string> args = {}) const {
    args.insert(args.begin(), {url, "--links-at=/d/*", "--next-at=/next", "--pages=9"});
    return setup(std::move(args));
  }
  /// The list must be read whole: with exit status 0, and a.bin there.
  Finished expect_page(const Launch& given) {
    std::filesystem::remove_all(output());
    Finished finished = run(given);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_TRUE(saved_files().contains("a.bin")) << finished.describe();
    return finished;
  }
  /// The list must end in an error that has all of `words`.
  Finished expect_error(const Launch& given, std::string_view words) {
    std::filesystem::remove_all(output());
    Finished finished = run(given);
    EXPECT_EQ(3, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, words)) << finished.describe();
    return finished;
  }
  /// A first page on a connection that stays, and a second one at `/next`.
  void serve_first() { origin_.serve("/api", json(R"({"d":[],"next":"/next"})")); }
};

TEST_F(ListingTest, ResponsesAreReadStrictly) {
  const std::string good = with_length(kPage);
  const struct {
    std::string_view name;
    std::vector<std::string> replies;
    std::string_view error;  // empty: the page is read
    std::size_t requests;
  } kRows[] = {
      // Cut off: asked for again.
      {"nothing", {"", good}, "", 2},
      {"cut in the head", {"HTTP/1.1 200 OK\r\nContent-Le", good}, "", 2},
      {"cut before the head's end", {"HTTP/1.1 200 OK\r\n", good}, "", 2},
      {"cut body", {response("Content-Length: 99\r\n"), good}, "", 2},
      {"no last chunk", {response("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n"), good}, "", 2},
      {"a bad chunk", {response("Transfer-Encoding: chunked\r\n", "zz\r\n{}\r\n"), good}, "", 2},
      {"a cut coding",
       {response("Content-Encoding: gzip\r\n", encode_gzip(kPage).substr(0, 20)), good},
       "",
       2},
      {"always cut", {response("Content-Length: 99\r\n")}, "it ends after 16 of 99 bytes", 3},
      // What a head says is meant.
      {"different lengths",
       {response("Content-Length: 16\r\nContent-Length: 2\r\n")},
       "several different lengths",
       1},
      {"a length in hex", {response("Content-Length: 0x10\r\n")}, "'0x10' is no number", 1},
      {"a sign", {response("Content-Length: +16\r\n")}, "'+16' is no number", 1},
      {"2^63", {response("Content-Length: 9223372036854775808\r\n")}, "so it is no listing", 1},
      {"gzip, chunked", {response("Transfer-Encoding: gzip, chunked\r\n")}, "cannot be read", 1},
      {"a blank first", {response(" Content-Length: 16\r\n")}, "cannot get", 1},
      {"HTTP/2 in plain bytes", {response("", kPage, "HTTP/2 200 OK")}, "cannot get", 1},
      {"a long head", {response("X: " + std::string(100'000, 'x') + "\r\n")}, "KiB", 1},
      // Good ones.
      {"equal lengths", {response("Content-Length: 16\r\nContent-Length: 16\r\n")}, "", 1},
      {"until close", {response("")}, "", 1},
      {"identity", {response("Transfer-Encoding: identity\r\n")}, "", 1},
      {"chunks",
       {response("Transfer-Encoding: Chunked\r\n", "10;a=b\r\n" + kPage + "\r\n0\r\nT: x\r\n\r\n")},
       "",
       1},
      {"gzip", {with_length(encode_gzip(kPage), "Content-Encoding: gzip\r\n")}, "", 1},
      {"x-gzip until close", {response("Content-Encoding: X-GZip\r\n", encode_gzip(kPage))}, "", 1},
      {"zlib", {with_length(encode_zlib(kPage), "Content-Encoding: deflate\r\n")}, "", 1},
      {"raw deflate", {with_length(encode_deflate(kPage), "Content-Encoding: deflate\r\n")}, "", 1},
      {"br", {with_length(encode_brotli(kPage), "Content-Encoding: br\r\n")}, "", 1},
      {"zstd", {with_length(encode_zstd(kPage), "Content-Encoding: zstd\r\n")}, "", 1},
      {"two codings",
       {with_length(encode_gzip(encode_brotli(kPage)),
                    "Content-Encoding: br\r\nContent-Encoding: gzip\r\n")},
       "",
       1},
      {"no coding", {with_length(kPage, "Content-Encoding: UTF-8, identity,\r\n")}, "", 1},
      {"xz", {with_length(kPage, "Content-Encoding: xz\r\n")}, "'xz' cannot be decoded", 1},
      {"no gzip", {with_length(kPage, "Content-Encoding: gzip\r\n")}, "are none, or damaged", 1},
      // Statuses outrank bodies.
      {"a 404 cut off", {response("Content-Length: 99\r\n", "x", "HTTP/1.1 404 No")}, "404", 1},
      {"a 403 in bad chunks",
       {response("Transfer-Encoding: chunked\r\n", "zz\r\n", "HTTP/1.1 403 No")},
       "403",
       1},
      {"a 503 cut off, then good",
       {response("Content-Length: 99\r\n", "x", "HTTP/1.1 503 No"), good},
       "",
       2},
      {"not ready yet",
       {response("Retry-After: 1\r\nContent-Length: 0\r\n", "", "HTTP/1.1 202 Accepted"), good},
       "",
       2},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const std::string path = fmt::format("/api/{}", &row - kRows);
    serve_bytes(path, row.replies);
    if (row.error.empty()) {
      expect_page(api_setup(origin_.url(path)));
    } else {
      expect_error(api_setup(origin_.url(path)), row.error);
    }
    EXPECT_EQ(row.requests, origin_.count(path));
  }
}

TEST_F(ListingTest, AFoldedFirstHeaderOfALaterPageCrashesNothing) {
  origin_.serve("/api", json(R"({"d":["/a.bin"],"next":"/next"})"));
  serve_bytes("/next", {response(" Content-Length: 5\r\n", "hello")});
  expect_error(api_setup(origin_.url("/api")), "cannot get " + origin_.url("/next"));
  EXPECT_TRUE(saved_files().contains("a.bin"));
}

TEST_F(ListingTest, NobodyWaitsForTheBodyOfARedirectOrARefusal) {
  const auto hang = [this](const std::string& path, std::string head) {
    origin_.serve(path, [head](Connection& connection, const Request&) {
      connection.send_last(head);
      connection.wait_for_hang_up();
      connection.close();
    });
  };
  origin_.serve("/good", json(kPage));
  hang("/moved", response("Location: /good\r\nContent-Length: 99\r\n", "x", "HTTP/1.1 302 Found"));
  EXPECT_LT(expect_page(api_setup(origin_.url("/moved"))).took, 20s);
  hang("/gone", response("Content-Length: 99\r\n", "x", "HTTP/1.1 404 Not Found"));
  EXPECT_LT(expect_error(api_setup(origin_.url("/gone")), "status 404").took, 20s);
  EXPECT_EQ(1u, origin_.count("/moved"));
  EXPECT_EQ(1u, origin_.count("/gone"));
}

TEST_F(ListingTest, ASilentServerIsGivenUp) {
  origin_.serve("/api", Reply{.silent = true});
  expect_error(api_setup(origin_.url("/api"), {"--timeout=1"}),
               "no whole response came within 1 s; check the network");
  EXPECT_EQ(3u, origin_.count("/api"));
  origin_.serve("/drip", Reply{.body = kPage, .drip_bytes = 1, .drip_every = 300ms});
  expect_error(api_setup(origin_.url("/drip"), {"--timeout=1"}), "no whole response came");
}

TEST_F(ListingTest, AStopEndsTheWaitForAPage) {
  origin_.serve("/api", Reply{.silent = true});
  FanfetchProcess process(api_setup(origin_.url("/api")));
  EXPECT_TRUE(origin_.wait_for_count("/api", 1));
  process.signal(SIGTERM);
  const Finished finished = finish(process, 20s);
  EXPECT_EQ(SIGTERM, finished.signal) << finished.describe();
}

TEST_F(ListingTest, APageThatIsTooLargeIsNone) {
  const std::string many(std::size_t{65} << 20, ' ');
  serve_bytes("/plain", {response("", many)});
  serve_bytes("/bomb", {response("Content-Encoding: gzip\r\n", encode_gzip(many))});
  for (const char* path : {"/plain", "/bomb"}) {
    expect_error(api_setup(origin_.url(path)),
                 origin_.url(path) + " is over 64 MiB, so it is no listing");
    EXPECT_EQ(1u, origin_.count(path));
  }
}

// --- Redirects ---

TEST_F(ListingTest, ARedirectToAnotherOriginTakesAlongWhatBelongsThere) {
  FaultOrigin other("127.0.0.2"), port;
  origin_.serve("/api", redirect(other.url("/moved")));
  other.serve("/moved", redirect(port.url("/again")));
  port.serve("/again", redirect(other.url("/v2/list")));
  other.serve("/v2/list", json(R"({"d":["x.bin"],"next":"list?page=2"})"));
  other.serve("/v2/list?page=2",
              json(R"({"d":["/a.bin"],"next":")" + origin_.url("/last") + "\"}"));
  origin_.serve("/last", json(R"({"d":[]})"));
  for (const char* path : {"/a.bin", "/v2/x.bin"}) other.serve(path, ok("a"));
  Launch given = api_setup(
      fmt::format("http://me:hush@127.0.0.1:{}/api", origin_.port()),
      {"-H", "X-Mine: 1", "--header-for", "127.0.0.1", "X-First: 1", "--header-for", "127.0.0.2",
       "X-Bare: 1", "--header-for", fmt::format("127.0.0.2:{}", other.port()), "X-Other: 1"});
  const Finished finished = expect_page(given);
  EXPECT_TRUE(saved_files().contains("x.bin")) << finished.describe();
  const auto sent = [](const Request& request) {
    std::string all;
    for (const char* name : {"x-mine", "x-first", "x-bare", "x-other", "authorization"}) {
      if (request.header(name)) all += std::string(name) + " ";
    }
    return all;
  };
  EXPECT_EQ("x-mine x-first authorization ", sent(origin_.requests("/api").at(0)));
  EXPECT_EQ("x-other ", sent(other.requests("/moved").at(0)));
  EXPECT_EQ("", sent(port.requests("/again").at(0))) << "another port of the first host";
  EXPECT_EQ("x-other ", sent(other.requests("/v2/list").at(0)));
  EXPECT_EQ("x-other ", sent(other.requests("/v2/list").at(1)));
  EXPECT_EQ("x-mine x-first authorization ", sent(origin_.requests("/last").at(0)));
}

TEST_F(ListingTest, ARedirectToTlsIsFollowed) {
  const auto certificate = make_certificate(folder_.path(), "server", {});
  FaultOrigin behind;
  const TlsFront front({.cert = certificate.cert, .key = certificate.key}, behind.port());
  origin_.serve("/api", redirect(front.url("/api")));
  behind.serve("/api", json(R"({"d":["/a.bin"]})"));
  behind.serve("/a.bin", ok("a"));
  expect_page(api_setup(origin_.url("/api"), {"--cacert", certificate.cert}));
}

TEST_F(ListingTest, ARedirectLeadsToNoPrivateAddress) {
  FaultOrigin other("127.0.0.2");
  other.serve("/api", json(R"({"d":["/a.bin"]})"));
  for (const std::string& target : {other.url("/api"), std::string("http://10.1.2.3/"),
                                    std::string("http://169.254.169.254/latest"),
                                    fmt::format("http://localhost:{}/api", origin_.port())}) {
    SCOPED_TRACE(target);
    origin_.serve("/api", redirect(target));
    Launch given = api_setup(origin_.url("/api"));
    std::erase(given.args, "--allow-private");
    const Finished finished = expect_error(given, "is a private or reserved address");
    EXPECT_TRUE(has(finished.err, "--allow-net")) << finished.err;
    EXPECT_FALSE(has(finished.err, "client ID")) << finished.err;
  }
  EXPECT_EQ(0u, other.count());
  EXPECT_EQ(4u, origin_.count()) << "no redirect is tried again";
  origin_.serve("/api", redirect(other.url("/api")));
  other.serve("/a.bin", ok("a"));
  Launch given = api_setup(origin_.url("/api"), {"--allow-net", "127.0.0.2/32"});
  std::erase(given.args, "--allow-private");
  expect_page(given);
}

TEST_F(ListingTest, AProxyIsNoWayToPrivateAddressesForARedirect) {
  for (const auto& [target, why] :
       {std::pair("http://10.1.2.3/api", "10.1.2.3 is a private or reserved address"),
        std::pair("http://0x7f.1/api", "127.0.0.1 is a private or reserved address"),
        std::pair("http://localhost/api", "localhost is the proxy's own machine"),
        std::pair("http://127.0.0.08/api", "127.0.0.08 is neither a name nor an address")}) {
    FaultOrigin proxy;
    proxy.serve("/api", redirect(target));
    Launch given = api_setup("http://pictures.test/api", {"--proxy", proxy.url()});
    std::erase(given.args, "--allow-private");
    expect_error(given, why);
    EXPECT_EQ(1u, proxy.count()) << target;
  }
}

TEST_F(ListingTest, TheClientIdGoesToNoOtherServer) {
  FaultOrigin other("127.0.0.2");
  origin_.serve("/3/gallery/hot/viral/0", redirect(other.url("/3/gallery/hot/viral/0")));
  Launch given = setup({"imgur", "--api-base=" + origin_.url()});
  given.env["IMGUR_CLIENT_ID"] = "c1ient";
  expect_error(given,
               "another server, which must not get the client ID; if it is the right one, "
               "name it with --api-base");
  EXPECT_EQ(0u, other.count());
}

// --- The connection that is kept ---

TEST_F(ListingTest, PagesOfAnOriginShareAConnection) {
  origin_.serve("/api", json(R"({"d":[],"next":"/2"})"));
  origin_.serve("/2", redirect("/3"));
  origin_.serve("/3", json(R"({"d":["/a.bin"],"next":null})"));
  expect_page(api_setup(origin_.url("/api")));
  for (const char* path : {"/2", "/3"}) {
    EXPECT_EQ(origin_.requests("/api")[0].connection, origin_.requests(path)[0].connection);
  }
}

TEST_F(ListingTest, AConnectionThatTurnsOutDeadCostsNothing) {
  const struct {
    std::string_view name;
    std::string first;  // what the second request on a connection gets
  } kRows[] = {{"closed", ""},
               {"an empty line", "\r\n"},
               {"no response", "x\r\n\r\n"},
               {"half a head", "HTTP/1.1 2"}};
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    const std::string path = fmt::format("/next/{}", &row - kRows);
    origin_.serve("/api", json(fmt::format(R"({{"d":[],"next":"{}"}})", path)));
    origin_.serve(path, [&](Connection& connection, const Request&) {
      connection.send_last(origin_.count(path) == 1 ? row.first : with_length(kPage));
      connection.close();
    });
    expect_page(api_setup(origin_.url("/api")));
    EXPECT_EQ(2u, origin_.count(path));
    EXPECT_NE(origin_.requests(path)[0].connection, origin_.requests(path)[1].connection);
  }
}

TEST_F(ListingTest, ARequestIsRepeatedOnceOnly) {
  serve_first();
  serve_bytes("/next", {""});
  expect_error(api_setup(origin_.url("/api")), "closed the connection without a response");
  EXPECT_EQ(4u, origin_.count("/next")) << "three attempts, of which the first met a dead one";
}

TEST_F(ListingTest, AConnectionThatIsNotIdleIsNotUsedAgain) {
  const std::string first = with_length(R"({"d":[],"next":"/next"})");
  for (const auto& [behind, closes] :
       {std::pair("", true), {"stray bytes", false}, {"HTTP/1.1 200 OK\r\n\r\n", true}}) {
    SCOPED_TRACE(behind);
    const auto asked_before = origin_.count("/next");
    origin_.serve("/api", [&](Connection& connection, const Request&) {
      connection.send_last(first + behind);
      if (closes) connection.close();
    });
    origin_.serve("/next", json(kPage));
    expect_page(api_setup(origin_.url("/api")));
    EXPECT_EQ(asked_before + 1, origin_.count("/next"));
    EXPECT_NE(origin_.requests("/api").back().connection,
              origin_.requests("/next").back().connection);
  }
}

TEST_F(ListingTest, BytesThatNobodyAskedForAreNoResponse) {
  origin_.serve("/api", [&](Connection& connection, const Request&) {
    if (origin_.count("/api") > 1) return answer(connection, {}, json(kPage));
    connection.send(response("Content-Length: 0\r\n", "", "HTTP/1.1 503 No"));
    connection.pause(200ms);  // the client asks again a second later
    connection.send_last(with_length(R"({"d":["/b.bin"]})"));
  });
  expect_page(api_setup(origin_.url("/api")));
  EXPECT_EQ(2u, origin_.count("/api"));
  EXPECT_EQ(0u, origin_.count("/b.bin"));
}

// --- TLS ---

TEST_F(ListingTest, ABodyThatNothingProvesWholeIsLookedAtTwice) {
  const auto certificate = make_certificate(folder_.path(), "server", {});
  const TlsFront front(
      {.cert = certificate.cert, .key = certificate.key, .goodbye = TlsFront::Goodbye::no},
      origin_.port());
  const auto api = [&](const std::string& path) {
    return api_setup(front.url(path), {"--cacert", certificate.cert});
  };
  serve_bytes("/same", {response("")});
  expect_page(api("/same"));
  EXPECT_EQ(2u, origin_.count("/same"));
  serve_bytes("/cut", {response("", R"({"d":["/b.bin"],)"), response("")});
  expect_page(api("/cut"));
  EXPECT_EQ(3u, origin_.count("/cut"));
  serve_bytes("/other", {response("", "1"), response("", "2"), response("", "3")});
  expect_error(api("/other"), "without TLS's close_notify: it may have been cut off");
  EXPECT_EQ(3u, origin_.count("/other"));
  serve_bytes("/length", {with_length(kPage)});
  expect_page(api("/length"));
  EXPECT_EQ(1u, origin_.count("/length"));
}

TEST_F(ListingTest, ACloseNotifyProvesABodyAndSessionsAreResumed) {
  const auto certificate = make_certificate(folder_.path(), "server", {});
  const TlsFront front({.cert = certificate.cert, .key = certificate.key}, origin_.port());
  serve_bytes("/api", {response("", R"({"d":[],"next":"/next"})")});
  serve_bytes("/next", {response("", R"({"d":[]})")});
  const Finished finished = run(api_setup(front.url("/api"), {"--cacert", certificate.cert}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1u, origin_.count("/api"));
  EXPECT_EQ(1u, origin_.count("/next"));
  EXPECT_EQ(2, front.handshakes());
  EXPECT_EQ(1, front.resumed());
}

TEST_F(ListingTest, ACertificateThatNobodyKnowsIsNotBelieved) {
  const auto certificate = make_certificate(folder_.path(), "server", {});
  const TlsFront front({.cert = certificate.cert, .key = certificate.key}, origin_.port());
  expect_error(api_setup(front.url("/api")), "--cacert names the certificates to trust");
  EXPECT_EQ(0u, origin_.count());
}

// --- Proxies and users ---

TEST_F(ListingTest, APlainPageIsAskedOfTheProxyInAbsoluteForm) {
  const TestProxy proxy(origin_.port());
  origin_.serve("/api", json(kPage));
  const std::string api = "http://ann:pw@pictures.test/api";
  Launch given = api_setup(api);
  given.env["http_proxy"] = proxy.url("http", "me:hush");
  expect_page(given);
  const Request asked = origin_.requests("/api").at(0);
  EXPECT_EQ("http://pictures.test/api", asked.target);
  EXPECT_EQ("Basic bWU6aHVzaA==", asked.header("proxy-authorization"));
  EXPECT_EQ("Basic YW5uOnB3", asked.header("authorization"));
  EXPECT_EQ("pictures.test", asked.header("host"));
  EXPECT_EQ("gzip", asked.header("accept-encoding"));
}

TEST_F(ListingTest, AProxyThatAnswersBadlyIsAskedAgain) {
  FaultOrigin proxy;
  proxy.serve_rest([](Connection& connection, const Request&) {
    connection.send_last("HTTP/1.1 200 OK\r\n Folded: first\r\n\r\n");
    connection.close();
  });
  expect_error(api_setup("https://pictures.test/api", {"--proxy=" + proxy.url()}), "proxy");
  EXPECT_EQ(3u, proxy.count());
}

TEST_F(ListingTest, NoProxyLearnsOfWhatGoesThroughATunnelOrDirectly) {
  origin_.serve("/api", json(kPage));
  const TestProxy proxy(origin_.port());
  Launch direct = api_setup(origin_.url("/api"));
  direct.env["http_proxy"] = proxy.url("http", "me:hush");
  direct.env["no_proxy"] = "127.0.0.0/8";
  expect_page(direct);
  EXPECT_TRUE(proxy.asked().empty());
  expect_page(
      api_setup("http://pictures.test/api", {"--proxy=" + proxy.url("socks5h", "me:hush")}));
  ASSERT_FALSE(proxy.asked().empty());
  EXPECT_EQ("pictures.test", proxy.asked()[0].host);
  for (const Request& request : origin_.requests("/api")) {
    EXPECT_EQ("/api", request.target);
    EXPECT_FALSE(request.header("proxy-authorization"));
  }
}

}  // namespace
}  // namespace fanfetch::system
