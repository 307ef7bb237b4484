// squid as the proxy of a run.

#include <fmt/format.h>

#include "tests/support/certificates.h"
#include "tests/support/real_server.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

using enum Software;

class InteropProxyTest : public SystemTest {
 protected:
  InteropProxyTest()
      : authority_(certificates_.path()),
        certificate_(authority_.issue({"IP:" + RealServer::address()})),
        server_(nginx, {.certificate = certificate_.cert, .key = certificate_.key}) {
    server_.put("file.bin", kBody);
  }
  void expect_saved(const ResultLine& line) {
    EXPECT_EQ("saved", line.status) << line.message.value_or("");
    EXPECT_EQ((std::map<std::string, std::string>{{"file.bin", kBody}}), saved_files());
  }
  /// What the proxy was asked.
  static std::vector<std::pair<std::string, int>> asked(RealServer& proxy) {
    EXPECT_TRUE(proxy.stop());
    std::vector<std::pair<std::string, int>> all;
    for (const LoggedRequest& request : proxy.requests()) {
      all.emplace_back(request.path, request.status);
    }
    return all;
  }
  using Asked = std::vector<std::pair<std::string, int>>;
  /// `http://us:PASSWORD@…`
  static std::string with_password(const RealServer& proxy, const std::string& password) {
    return "http://us:" + password + "@" + proxy.url().substr(7);
  }
  [[nodiscard]] std::string tunnel() const {
    const std::string url = server_.tls_url();
    return "CONNECT " + url.substr(8);
  }

  const std::string kBody = noise(50'000);
  TempDir certificates_;
  Authority authority_;
  Certificate certificate_;
  RealServer server_;
};

TEST_F(InteropProxyTest, HttpIsAskedOfTheProxy) {
  RealServer proxy(squid);
  const std::string link = server_.url("/file.bin");
  expect_saved(fetch(link, {"--proxy=" + proxy.url()}));
  EXPECT_EQ((Asked{{"GET " + link, 200}}), asked(proxy));
}

TEST_F(InteropProxyTest, HttpsGoesThroughATunnel) {
  RealServer proxy(squid);
  expect_saved(fetch(server_.tls_url("/file.bin"),
                     {"--proxy=" + proxy.url(), "--cacert=" + authority_.root()}));
  EXPECT_EQ((Asked{{tunnel(), 200}}), asked(proxy));
}

TEST_F(InteropProxyTest, TheEnvironmentNamesProxiesAndExceptions) {
  RealServer proxy(squid);
  Launch launch = list_setup({server_.url("/file.bin")});
  launch.env = {{"http_proxy", proxy.url()}};
  EXPECT_EQ(0, run(launch).exit_status);
  Launch direct = list_setup({server_.url("/file.bin?direct")});
  direct.env = {{"http_proxy", proxy.url()}, {"no_proxy", "example.org," + RealServer::address()}};
  EXPECT_EQ(0, run(direct).exit_status);
  EXPECT_EQ(2u, saved_files().size());
  EXPECT_EQ((Asked{{"GET " + server_.url("/file.bin"), 200}}), asked(proxy));
}

TEST_F(InteropProxyTest, WithThePassword) {
  RealServer proxy(squid, {.password = "secret"});
  const std::string given = "--proxy=" + with_password(proxy, "secret");
  const Finished finished = run(list_setup({server_.url("/file.bin"), server_.tls_url("/file.bin")},
                                           {given, "--cacert=" + authority_.root()}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(2u, saved_files().size());
  EXPECT_FALSE(has(finished.err, "secret")) << finished.err;
  EXPECT_FALSE(has(read_file(results()), "secret"));
}

TEST_F(InteropProxyTest, WithoutThePassword) {
  RealServer proxy(squid, {.password = "secret"});
  const ResultLine line = fetch(server_.url("/file.bin"), {"--proxy=" + proxy.url()});
  EXPECT_EQ("http_4xx", line.error);
  EXPECT_EQ(407, line.http_status);
  EXPECT_EQ((Asked{{"GET " + server_.url("/file.bin"), 407}}), asked(proxy)) << "once is enough";
}

TEST_F(InteropProxyTest, NoTunnelWithoutThePassword) {
  RealServer proxy(squid, {.password = "secret"});
  const ResultLine line = fetch(server_.tls_url("/file.bin"),
                                {"--proxy=" + with_password(proxy, "wrong"), "--retries=0"});
  EXPECT_EQ("failed", line.status);
  EXPECT_TRUE(has(line.message.value_or(""), "407")) << line.message.value_or("");
  EXPECT_EQ((Asked{{tunnel(), 407}}), asked(proxy));
}

/// The proxy cannot reach the host: its 503 is a failure of the link, and its page no file.
TEST_F(InteropProxyTest, AHostThatTheProxyCannotReach) {
  RealServer proxy(squid);
  server_.stop();
  const ResultLine line =
      fetch(server_.url("/file.bin"), {"--proxy=" + proxy.url(), "--retries=0"});
  EXPECT_EQ("http_5xx", line.error);
  EXPECT_EQ(503, line.http_status);
  const ResultLine tunnelled =
      fetch(server_.tls_url("/file.bin"), {"--proxy=" + proxy.url(), "--retries=0"});
  EXPECT_EQ("failed", tunnelled.status);
  EXPECT_TRUE(has(tunnelled.message.value_or(""), "503")) << tunnelled.message.value_or("");
}

TEST_F(InteropProxyTest, AProxyThatIsNotThere) {
  RealServer proxy(squid);
  proxy.stop();
  const ResultLine line =
      fetch(server_.url("/file.bin"), {"--proxy=" + proxy.url(), "--retries=0"});
  EXPECT_EQ("connect", line.error);
  EXPECT_TRUE(has(line.message.value_or(""), std::to_string(proxy.port())));
}

}  // namespace
}  // namespace fanfetch::system
