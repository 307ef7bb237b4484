// TLS with servers that others wrote, and what is said of certificates that are not to be believed.

#include <fmt/format.h>

#include <memory>

#include "tests/support/certificates.h"
#include "tests/support/real_server.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

const std::string kHost = "IP:" + RealServer::address();

class InteropTlsTest : public SystemTest {
 protected:
  static void SetUpTestSuite() {
    folder = std::make_unique<TempDir>();
    authority = std::make_unique<Authority>(folder->path());
  }
  static void TearDownTestSuite() {
    authority.reset();
    folder.reset();
  }

  /// One file from a server with that certificate, trusting the authority alone.
  ResultLine fetch_with(Software software, const Certificate& certificate,
                        TlsVersions versions = TlsVersions::both) {
    const RealServer server(
        software, {.certificate = certificate.cert, .key = certificate.key, .tls = versions});
    server.put("file.bin", kBody);
    return fetch(server.tls_url("/file.bin"), {"--cacert=" + authority->root()});
  }
  void expect_saved(const ResultLine& line) {
    EXPECT_EQ("saved", line.status) << line.message.value_or("");
    EXPECT_EQ((std::map<std::string, std::string>{{"file.bin", kBody}}), saved_files());
  }
  static void expect_refused(const ResultLine& line, const std::string& why) {
    EXPECT_EQ("tls", line.error);
    EXPECT_EQ(1, line.attempts) << "another try would meet the same";
    EXPECT_TRUE(line.message.value_or("").starts_with(why)) << line.message.value_or("");
  }

  const std::string kBody = noise(50'000);
  static std::unique_ptr<TempDir> folder;
  static std::unique_ptr<Authority> authority;
};
std::unique_ptr<TempDir> InteropTlsTest::folder;
std::unique_ptr<Authority> InteropTlsTest::authority;

class TlsServersTest : public InteropTlsTest, public ::testing::WithParamInterface<Software> {};

TEST_P(TlsServersTest, Version13) {
  expect_saved(fetch_with(GetParam(), authority->issue({kHost}), TlsVersions::only_1_3));
}

TEST_P(TlsServersTest, ConnectionsAreUsedAgain) {
  const Certificate certificate = authority->issue({kHost});
  RealServer server(GetParam(), {.certificate = certificate.cert, .key = certificate.key});
  std::vector<std::string> links;
  for (int i = 0; i < 50; ++i) {
    server.put(fmt::format("{}.bin", i), kBody);
    links.push_back(server.tls_url(fmt::format("/{}.bin", i)));
  }
  const Finished finished = run(list_setup(links, {"--cacert=" + authority->root()}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(server.stop());
  EXPECT_EQ(50u, server.requests().size());
  EXPECT_LE(count_connections(server.requests()), 16u);
}

/// All that can be told to speak nothing newer: h2o 2.2.5 cannot.
class OldTlsTest : public TlsServersTest {};

TEST_P(OldTlsTest, Version12) {
  expect_saved(fetch_with(GetParam(), authority->issue({kHost}), TlsVersions::only_1_2));
}

using enum Software;
constexpr auto kName = [](const auto& test) { return name(test.param); };
INSTANTIATE_TEST_SUITE_P(With, TlsServersTest,
                         ::testing::Values(nginx, apache, lighttpd, caddy, h2o), kName);
INSTANTIATE_TEST_SUITE_P(With, OldTlsTest, ::testing::Values(nginx, apache, lighttpd, caddy),
                         kName);

TEST_F(InteropTlsTest, SelfSigned) {
  expect_refused(fetch_with(nginx, authority->self_signed(kHost)),
                 "the server has a self-signed certificate; --cacert FILE");
}

TEST_F(InteropTlsTest, Expired) {
  expect_refused(fetch_with(nginx, authority->issue({.host = kHost, .days = -1})),
                 "the server has a certificate that has expired");
}

TEST_F(InteropTlsTest, OfAnotherAddress) {
  expect_refused(fetch_with(nginx, authority->issue({"IP:127.9.9.9"})),
                 "the server has a certificate for another name");
}

TEST_F(InteropTlsTest, OfAName) {
  expect_refused(fetch_with(nginx, authority->issue({"DNS:elsewhere.example"})),
                 "the server has a certificate for another name");
}

TEST_F(InteropTlsTest, WithoutTheIntermediateOne) {
  expect_refused(
      fetch_with(nginx, authority->issue({.host = kHost, .whole_chain = false})),
      "the server has a certificate from an authority that is not trusted, or does not send");
}

TEST_F(InteropTlsTest, OfAnAuthorityThatTheSystemDoesNotKnow) {
  const Certificate certificate = authority->issue({kHost});
  const RealServer server(nginx, {.certificate = certificate.cert, .key = certificate.key});
  server.put("file.bin", kBody);
  expect_refused(fetch(server.tls_url("/file.bin")),
                 "the server has a certificate from an authority that is not trusted");
}

TEST_F(InteropTlsTest, AServerThatSpeaksNoTls) {
  const RealServer server(nginx);
  const std::string link = "https" + server.url("/file.bin").substr(4);
  expect_refused(fetch(link, {"--retries=0"}), "the server does not speak TLS on this port");
}

TEST_F(InteropTlsTest, AServerThatSpeaksNothingElse) {
  const Certificate certificate = authority->issue({kHost});
  const RealServer server(nginx, {.certificate = certificate.cert, .key = certificate.key});
  const std::string link = "http" + server.tls_url("/file.bin").substr(5);
  const ResultLine line = fetch(link);
  EXPECT_EQ("http_4xx", line.error) << line.message.value_or("");
}

}  // namespace
}  // namespace fanfetch::system
