// TLS: which certificates are believed, what is said of the others, and the client's own.

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <cstdlib>
#include <filesystem>

#include "tests/support/certificates.h"
#include "tests/support/tls_front.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

class TlsTest : public SystemTest {
 protected:
  void SetUp() override { origin_.serve("/a.jpg", ok(picture("the body"))); }

  Certificate make(const std::string& name, const CertificateWish& wish = {}) {
    return make_certificate(folder_.path(), name, wish);
  }
  /// Fetches from a server with that certificate; nothing of it may be tried twice.
  ResultLine fetch_from(const Certificate& certificate, std::vector<std::string> args) {
    const TlsFront front({.cert = certificate.cert, .key = certificate.key}, origin_.port());
    return fetch(front.url("/a.jpg"), std::move(args));
  }
  static void expect_refused(const ResultLine& line, std::string_view why) {
    EXPECT_EQ(line.error, "tls");
    EXPECT_EQ(line.attempts, 1) << "no retry helps";
    EXPECT_TRUE(has(line.message.value_or(""), why)) << line.message.value_or("");
  }
  /// Leaves before anything is asked for or made, with that message.
  void expect_refused_at_start(std::vector<std::string> args, std::string_view why) {
    args.push_back("--retries=0");
    const Finished finished = run(list_setup({"/a.jpg"}, std::move(args)));
    EXPECT_EQ(2, finished.exit_status) << finished.describe();
    EXPECT_TRUE(has(finished.err, why)) << finished.describe();
    EXPECT_EQ(0u, origin_.count());
    EXPECT_FALSE(std::filesystem::exists(output()));
  }
};

TEST_F(TlsTest, ATrustedCertificateIsBelieved) {
  const auto good = make("good");
  const ResultLine line = fetch_from(good, {"--cacert", good.cert});
  EXPECT_EQ(line.status, "saved") << line.message.value_or("");
  EXPECT_EQ(saved_files().at("a.jpg"), picture("the body"));
}

TEST_F(TlsTest, OneThatATrustedAuthorityVouchesForIsBelieved) {
  const auto authority = make("authority");
  const auto leaf = make("leaf", {.issuer = "authority"});
  EXPECT_EQ(fetch_from(leaf, {"--cacert", authority.cert}).status, "saved");
}

TEST_F(TlsTest, RecordsTellWhatAConnectionTook) {
  const auto good = make("good");
  const TlsFront front({.cert = good.cert, .key = good.key}, origin_.port());
  for (const char* engine : {"--http2=false", "--http2"}) {
    std::filesystem::remove_all(output());
    const std::vector<std::string> links{front.url("/a.jpg"), front.url("/a.jpg?again")};
    const Finished finished = run(list_setup(links, {"-w1", "-j1", "--cacert", good.cert, engine}));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    const auto lines = records();
    ASSERT_EQ(2u, lines.size());
    EXPECT_TRUE(lines[0].connect_ms && lines[0].tls_ms && lines[0].first_byte_ms) << engine;
    EXPECT_FALSE(lines[1].connect_ms || lines[1].tls_ms) << "used again: " << engine;
    EXPECT_TRUE(lines[1].first_byte_ms) << engine;
  }
}

/// A server that closes each connection makes a client shake hands for each link.
TEST_F(TlsTest, SessionsAreResumed) {
  const auto good = make("good");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsFront front({good.cert, good.key, "", version}, origin_.port());
    std::vector<std::string> links;
    for (int i = 0; i < 5; ++i) {
      const std::string path = fmt::format("/{}-{}.bin", version, i);
      origin_.serve(path, Reply{.body = "a body", .ending = Ending::close});
      links.push_back(front.url(path));
    }
    const Finished finished = run(list_setup(links, {"-w1", "-j1", "--cacert", good.cert}));
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(5, front.handshakes());
    EXPECT_EQ(4, front.resumed());
  }
}

TEST_F(TlsTest, BothVersions) {
  const auto good = make("good");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    const TlsFront front({good.cert, good.key, "", version}, origin_.port());
    const ResultLine line =
        fetch(front.url("/a.jpg?" + std::to_string(version)), {"--cacert", good.cert});
    EXPECT_EQ(line.status, "saved") << line.message.value_or("");
    EXPECT_EQ(front.version(), version);
    std::filesystem::remove_all(output());
  }
}

TEST_F(TlsTest, ASelfSignedCertificate) {
  const auto good = make("good");
  const auto other = make("other");
  expect_refused(fetch_from(good, {"--cacert", other.cert}), "self-signed");
  EXPECT_TRUE(has(records()[0].message.value_or(""), "--cacert"));
  EXPECT_TRUE(has(records()[0].message.value_or(""), "--insecure"));
}

TEST_F(TlsTest, AnUnknownAuthority) {
  const auto authority = make("authority");
  const auto leaf = make("leaf", {.issuer = "authority"});
  const auto other = make("other");
  expect_refused(fetch_from(leaf, {"--cacert", other.cert}), "authority that is not trusted");
}

TEST_F(TlsTest, ACertificateForAnotherName) {
  const auto elsewhere = make("elsewhere", {.host = "DNS:elsewhere.example"});
  expect_refused(fetch_from(elsewhere, {"--cacert", elsewhere.cert}), "another name");
  const auto nameless = make("nameless", {.host = ""});
  expect_refused(fetch_from(nameless, {"--cacert", nameless.cert}), "another name");
}

TEST_F(TlsTest, AnExpiredCertificate) {
  const auto expired = make("expired", {.days = -1});
  expect_refused(fetch_from(expired, {"--cacert", expired.cert}), "has expired");
}

TEST_F(TlsTest, InsecureBelievesAnything) {
  EXPECT_EQ(fetch_from(make("x", {.host = "DNS:x.example", .days = -1}), {"--insecure"}).status,
            "saved");
}

TEST_F(TlsTest, NoTlsAtAll) {
  const std::string url = "https" + origin_.url("/a.jpg").substr(4);
  const ResultLine line = fetch(url, {"--retries=0"});
  EXPECT_EQ(line.error, "tls");
  EXPECT_TRUE(has(line.message.value_or(""), "TLS with the server failed"))
      << line.message.value_or("");
}

// --- What the user names ---

TEST_F(TlsTest, ABundleWithoutACertificateIsToldAtTheStart) {
  expect_refused_at_start({"--cacert", folder_.write("empty.pem", "")}, "no certificate");
  expect_refused_at_start({"--cacert", folder_.write("text.pem", "hello")}, "no certificate");
  expect_refused_at_start({"--cacert", folder_.at("none.pem")}, "none.pem: No such file");
}

TEST_F(TlsTest, TheEnvironmentsBundleToo) {
  Launch given = list_setup({"/a.jpg"});
  given.env["SSL_CERT_FILE"] = folder_.write("empty.pem", "");
  const Finished finished = run(given);
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "empty.pem holds no certificate")) << finished.describe();
}

TEST_F(TlsTest, AWrongClientCertificateIsToldAtTheStart) {
  const auto mine = make("mine");
  const auto other = make("other");
  expect_refused_at_start({"--cert", mine.cert}, "no private key");
  expect_refused_at_start({"--cert", mine.key}, "no certificate");
  expect_refused_at_start({"--cert", mine.cert, "--key", other.key}, "is not that of");
  expect_refused_at_start({"--cert", folder_.at("none.pem")}, "none.pem: No such file");
  expect_refused_at_start({"--cert", mine.cert, "--key", folder_.at("none.key")}, "No such file");
  expect_refused_at_start({"--key", mine.key}, "--key needs --cert");
  const std::string locked = folder_.at("locked.key");
  const std::string command =
      "openssl pkey -in '" + mine.key + "' -aes128 -passout pass:hush -out '" + locked + "'";
  ASSERT_EQ(0, std::system(command.c_str()));
  expect_refused_at_start({"--cert", mine.cert, "--key", locked}, "has a password");
}

// --- The client's certificate ---

class ClientCertificateTest : public TlsTest {
 protected:
  ResultLine fetch_with(int version, std::vector<std::string> args) {
    const TlsFront front({server_.cert, server_.key, mine_.cert, version}, origin_.port());
    for (const char* arg : {"--cacert", server_.cert.c_str()}) args.emplace_back(arg);
    return fetch(front.url("/a.jpg"), std::move(args));
  }
  const Certificate server_ = make("server");
  const Certificate mine_ = make("mine");
  const Certificate other_ = make("other");
};

TEST_F(ClientCertificateTest, IsShownToTheServer) {
  EXPECT_EQ(fetch_with(0, {"--cert", mine_.cert, "--key", mine_.key}).status, "saved");
}

TEST_F(ClientCertificateTest, MayHaveItsKeyInTheSameFile) {
  const std::string both = folder_.write("both.pem", read_file(mine_.cert) + read_file(mine_.key));
  EXPECT_EQ(fetch_with(TLS1_2_VERSION, {"--cert", both}).status, "saved");
}

TEST_F(ClientCertificateTest, IsMissed) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    expect_refused(fetch_with(version, {}), "client certificate: --cert");
  }
}

TEST_F(ClientCertificateTest, IsNotAccepted) {
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    expect_refused(fetch_with(version, {"--cert", other_.cert, "--key", other_.key}),
                   "does not accept our client certificate");
  }
}

TEST_F(ClientCertificateTest, IsShownByTheListingClientToo) {
  const TlsFront front({server_.cert, server_.key, mine_.cert}, origin_.port());
  origin_.serve_rest([](Connection& connection, const Request& request) {
    answer(connection, request, json(R"({"data":[],"success":true,"status":200})"));
  });
  Launch given = setup({"imgur", "--api-base", front.url(), "--cacert", server_.cert, "--cert",
                        mine_.cert, "--key", mine_.key});
  given.env["IMGUR_CLIENT_ID"] = "id";
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1u, origin_.count());
}

}  // namespace
}  // namespace fanfetch::system
