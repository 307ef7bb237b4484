// Proxies of each kind: what they are asked for, what they may not learn, and what is said when one
// is at fault.

#include <fmt/format.h>

#include <filesystem>

#include "tests/support/certificates.h"
#include "tests/support/test_proxy.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

constexpr char kLink[] = "http://pictures.test/a.jpg";

class ProxyTest : public SystemTest {
 protected:
  void SetUp() override { origin_.serve("/a.jpg", ok(picture())); }

  ResultLine fetch_by(const std::string& proxy, std::vector<std::string> args = {},
                      const std::string& link = kLink) {
    args.push_back("--proxy=" + proxy);
    args.emplace_back("--retries=0");
    const ResultLine line = fetch(link, std::move(args));
    std::filesystem::remove_all(output());
    return line;
  }
  static void expect_failed(const ResultLine& line, std::string_view error, bool retryable,
                            std::string_view message) {
    EXPECT_EQ(error, line.error.value_or(""));
    EXPECT_EQ(retryable, line.retryable);
    EXPECT_TRUE(has(line.message.value_or(""), message)) << line.message.value_or("");
    EXPECT_TRUE(has(line.message.value_or(""), "proxy 127.0.0.1:")) << line.message.value_or("");
    EXPECT_FALSE(has(line.message.value_or(""), "hush")) << line.message.value_or("");
  }
  /// An https server of that name; the tests' proxies take everybody to it.
  TlsFront serve_tls(const std::string& host) {
    certificate_ = make_certificate(folder_.path(), "server", {.host = "DNS:" + host});
    return TlsFront({certificate_.cert, certificate_.key}, origin_.port());
  }

  Certificate certificate_;
};

TEST_F(ProxyTest, SocksWithTheNameLeftToTheProxy) {
  for (const auto& [scheme, how] :
       {std::pair("socks5h", "socks5"), std::pair("socks4a", "socks4")}) {
    const TestProxy proxy(origin_.port());
    EXPECT_EQ("saved", fetch_by(proxy.url(scheme)).status);
    const auto asked = proxy.asked();
    ASSERT_EQ(1u, asked.size()) << scheme;
    EXPECT_EQ(how, asked[0].how);
    EXPECT_EQ("pictures.test", asked[0].host) << scheme;
    EXPECT_EQ(80, asked[0].port);
  }
  EXPECT_EQ("/a.jpg", origin_.requests()[0].target)
      << "what the server sees is no proxy's business";
}

/// A worker looks nobody up, so `socks5` and `socks4` leave names to the proxy too.
TEST_F(ProxyTest, SocksByAddress) {
  for (const char* scheme : {"socks5", "socks5h", "socks4", "socks4a"}) {
    const TestProxy proxy(origin_.port());
    EXPECT_EQ("saved", fetch_by(proxy.url(scheme), {}, origin_.url("/a.jpg")).status);
    ASSERT_EQ(1u, proxy.asked().size()) << scheme;
    EXPECT_EQ("127.0.0.1", proxy.asked()[0].host);
    EXPECT_EQ(origin_.port(), proxy.asked()[0].port);
  }
}

TEST_F(ProxyTest, SocksWithAPassword) {
  const TestProxy proxy(origin_.port(), {.login = "me:hu@sh"});
  EXPECT_EQ("saved", fetch_by(proxy.url("socks5h", "me:hu%40sh")).status);
  EXPECT_EQ("me:hu@sh", proxy.asked()[0].login);
  expect_failed(fetch_by(proxy.url("socks5h", "me:hush")), "connect", false, "rejected");
  expect_failed(fetch_by(proxy.url("socks5h")), "connect", false, "does not connect");
}

/// It may be anything there, so what names no public host is not asked for.
TEST_F(ProxyTest, NoWayToPrivateAddresses) {
  std::vector<std::string> links;
  for (const char* host :
       {"127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "10.1", "169.254.169.254", "localhost",
        "LOCALHOST.", "a.localhost", "ip6-localhost", "127.0.0.08", "425.510.425.510"}) {
    links.push_back(fmt::format("http://{}/{}.jpg", host, links.size()));
    links.push_back(fmt::format("https://{}/{}.jpg", host, links.size()));
  }
  for (const char* scheme : {"http", "socks4", "socks5", "socks5h"}) {
    SCOPED_TRACE(scheme);
    const TestProxy proxy(origin_.port());
    Launch given = list_setup(links, {"--proxy=" + proxy.url(scheme)});
    std::erase(given.args, "--allow-private");
    const Finished finished = run(given);
    EXPECT_EQ(1, finished.exit_status) << finished.describe();
    EXPECT_EQ(links.size(), records().size());
    for (const ResultLine& line : records()) {
      EXPECT_EQ("refused", line.error.value_or("")) << line.url.value_or("");
    }
    EXPECT_TRUE(proxy.asked().empty());
    EXPECT_TRUE(has(finished.err, "--allow-net 127.0.0.0/24 lets links reach it")) << finished.err;
    EXPECT_TRUE(has(finished.err, "such as 169.254.169.254: only an --allow-net")) << finished.err;
    std::filesystem::remove_all(output());
  }
  EXPECT_EQ(0u, origin_.connections());
  const TestProxy proxy(origin_.port());
  Launch allowed = list_setup({"http://localhost/a.jpg"},
                              {"--proxy=" + proxy.url("http"), "--allow-net=127.0.0.0/8"});
  std::erase(allowed.args, "--allow-private");
  EXPECT_EQ(0, run(allowed).exit_status);
}

TEST_F(ProxyTest, SocksThatCannotReachTheServer) {
  constexpr int kHostUnreachable = 4, kNotAllowed = 2;
  const TestProxy proxy(origin_.port(), {.socks_reply = kHostUnreachable});
  expect_failed(fetch_by(proxy.url("socks5h")), "connect", true, "does not connect");
  const TestProxy strict(origin_.port(), {.socks_reply = kNotAllowed});
  expect_failed(fetch_by(strict.url("socks5h")), "connect", false, "does not connect");
}

TEST_F(ProxyTest, HttpsThroughATunnel) {
  const TlsFront front = serve_tls("pictures.test");
  const TestProxy proxy(front.port());
  EXPECT_EQ("saved", fetch_by(proxy.url("http", "me:hush"),
                              {"--cacert", certificate_.cert, "-H", "X-Trace: hush"},
                              "https://me:hush@pictures.test/a.jpg")
                         .status);
  const auto asked = proxy.asked();
  ASSERT_EQ(1u, asked.size());
  EXPECT_EQ("connect", asked[0].how);
  EXPECT_EQ("pictures.test", asked[0].host);
  EXPECT_EQ(443, asked[0].port);
  EXPECT_EQ("Basic bWU6aHVzaA==", asked[0].login);
  EXPECT_FALSE(has(asked[0].head, "X-Trace")) << "the link's headers are for the server";
  EXPECT_FALSE(has(asked[0].head, "\r\nAuthorization")) << asked[0].head;
  const Request seen = origin_.requests()[0];
  EXPECT_EQ("hush", seen.header("x-trace"));
  EXPECT_EQ("Basic bWU6aHVzaA==", seen.header("authorization"));
  EXPECT_FALSE(seen.header("proxy-authorization")) << "the proxy's password is for the proxy";
}

TEST_F(ProxyTest, HttpsThroughSocks) {
  const TlsFront front = serve_tls("pictures.test");
  const TestProxy proxy(front.port());
  EXPECT_EQ("saved", fetch_by(proxy.url("socks5h"), {"--cacert", certificate_.cert},
                              "https://pictures.test/a.jpg")
                         .status);
}

TEST_F(ProxyTest, ATunnelThatIsRefused) {
  const auto by = [&](int status) {
    const TestProxy proxy(origin_.port(), {.connect_status = status});
    return fetch_by(proxy.url("http", "me:hush"), {}, "https://pictures.test/a.jpg");
  };
  expect_failed(by(403), "connect", false, "refuses to connect to the server (403)");
  expect_failed(by(407), "connect", false, "user name and password");
  expect_failed(by(502), "connect", true, "cannot connect to the server (502)");
  EXPECT_EQ(std::nullopt, records()[0].http_status) << "the server has said nothing";
}

TEST_F(ProxyTest, AnHttpProxyThatWantsAPassword) {
  origin_.serve("/a.jpg", status(407));
  const ResultLine line = fetch_by("http://me:hush@" + origin_.url().substr(7));
  expect_failed(line, "http_4xx", false, "user name and password");
  EXPECT_EQ(407, line.http_status);
  EXPECT_EQ("Basic bWU6aHVzaA==", origin_.requests()[0].header("proxy-authorization"));
}

TEST_F(ProxyTest, AProxyThatIsDown) {
  std::uint16_t port = 0;
  {
    const FaultOrigin gone;
    port = gone.port();
  }
  for (const char* scheme : {"http", "https", "socks5h"}) {
    const std::string proxy = fmt::format("{}://me:hush@127.0.0.1:{}", scheme, port);
    expect_failed(fetch_by(proxy), "connect", true, "cannot be reached");
  }
}

TEST_F(ProxyTest, AProxyThatIsSilent) {
  origin_.serve("/a.jpg", Reply{.silent = true});
  const ResultLine line = fetch_by(origin_.url(), {"--timeout=1s"});
  expect_failed(line, "timeout", true, "by way of the proxy");
}

TEST_F(ProxyTest, AnHttpsProxy) {
  const auto own = make_certificate(folder_.path(), "proxy");
  const auto other = make_certificate(folder_.path(), "other");
  const TlsFront front({own.cert, own.key}, origin_.port());
  const std::string proxy = fmt::format("https://me:hush@127.0.0.1:{}", front.port());
  EXPECT_EQ("saved", fetch_by(proxy, {"--cacert", own.cert}).status);
  EXPECT_EQ(kLink, origin_.requests()[0].target);
  expect_failed(fetch_by(proxy, {"--cacert", other.cert}), "tls", false, "self-signed");
  expect_failed(fetch_by(proxy, {"--cacert", other.cert, "--insecure"}), "tls", false, "--cacert");
}

TEST_F(ProxyTest, TheEnvironmentNamesThem) {
  const TestProxy socks(origin_.port());
  const auto run_with = [&](std::map<std::string, std::string> env, const std::string& link) {
    Launch given = list_setup({link}, {"--retries=0"});
    given.env = std::move(env);
    const Finished finished = run(given);
    std::filesystem::remove_all(output());
    return finished;
  };
  const std::string all = socks.url("socks5h");
  EXPECT_EQ(0, run_with({{"all_proxy", all}}, kLink).exit_status);
  EXPECT_EQ(1u, socks.asked().size());
  EXPECT_EQ(0, run_with({{"ALL_PROXY", all}, {"http_proxy", origin_.url()}}, kLink).exit_status);
  EXPECT_EQ(1u, socks.asked().size()) << "the nearer name wins";
  for (const char* none : {"127.0.0.0/8", "127.0.0.1", "*", "x.test,127.0.0.1"}) {
    EXPECT_EQ(
        0, run_with({{"all_proxy", all}, {"no_proxy", none}}, origin_.url("/a.jpg")).exit_status);
    EXPECT_EQ(1u, socks.asked().size()) << none;
  }
}

TEST_F(ProxyTest, AWrongOneIsToldAtTheStart) {
  Launch given = list_setup({"/a.jpg"});
  given.env["https_proxy"] = "http://me:hush@h:99999";
  const Finished finished = run(given);
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "https_proxy: ")) << finished.describe();
  EXPECT_FALSE(has(finished.err, "hush")) << finished.describe();
  EXPECT_EQ(0u, origin_.count());
}

TEST_F(ProxyTest, ItsPasswordIsNowhereToBeFound) {
  const TestProxy proxy(origin_.port());
  const TestProxy closed(origin_.port(), {.connect_status = 403});
  for (const std::string& url : {proxy.url("socks5h", "me:hush"), closed.url("http", "me:hush"),
                                 closed.url("https", "me:hush")}) {
    const Finished finished =
        run(list_setup({kLink, "https://pictures.test/b.jpg", "http://x.test/c"},
                       {"--proxy", url, "-v", "--retries=1"}));
    EXPECT_FALSE(has(finished.err + finished.out + read_file(results()), "hush"))
        << finished.describe();
    for (const auto& entry : std::filesystem::recursive_directory_iterator(output())) {
      if (!entry.is_regular_file()) continue;
      EXPECT_FALSE(has(read_file(entry), "hush")) << entry;
    }
  }
}

}  // namespace
}  // namespace fanfetch::system
