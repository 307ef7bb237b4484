// What the client of coordinator/redis does when a connection by TLS ends badly.

#include <openssl/ssl.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <future>
#include <memory>
#include <thread>

#include "tests/support/certificates.h"
#include "tests/support/loopback.h"
#include "tests/support/temp_dir.h"
#include "tests/system/redis_client_test.h"

namespace fanfetch::system {
namespace {

bool says(const RedisTrouble& trouble, std::string_view part) {
  return trouble.sentence.find(part) != std::string::npos;
}

bool write(SSL* ssl, std::string_view text) {
  return SSL_write(ssl, text.data(), static_cast<int>(text.size())) > 0;
}

/// Something that came; empty: the connection is over.
std::string read(SSL* ssl) {
  char buffer[16384];
  const int size = SSL_read(ssl, buffer, sizeof buffer);
  return {buffer, static_cast<std::size_t>(std::max(size, 0))};
}

/// Answers the commands by which a client introduces itself: CLIENT SETNAME and INFO.
void introduce(SSL* ssl) {
  for (std::string asked; asked.find("INFO\r\n") == asked.npos;) {
    const std::string more = read(ssl);
    if (more.empty()) return;
    asked += more;
  }
  const std::string info =
      "redis_version:7.0.15\r\nrun_id:a\r\nmaster_replid:b\r\nrole:master\r\n"
      "maxmemory_policy:noeviction\r\n";
  write(ssl, fmt::format("+OK\r\n${}\r\n{}\r\n", info.size(), info));
}

/// Accepts one client after the other by TLS, and lets `serve` speak with it: false ends that.
class TlsServer {
 public:
  using Serve = std::function<bool(SSL* ssl, int client)>;

  /// Hangs up in the handshake of the first `hang_ups` clients.
  TlsServer(const support::Certificate& certificate, Serve serve, int hang_ups = 0)
      : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free),
        listener_(support::listen_on_loopback(port_)) {
    if (SSL_CTX_use_certificate_chain_file(context_.get(), certificate.cert.c_str()) != 1 ||
        SSL_CTX_use_PrivateKey_file(context_.get(), certificate.key.c_str(), SSL_FILETYPE_PEM) !=
            1) {
      throw std::runtime_error("no certificate");
    }
    thread_ = std::thread([this, serve = std::move(serve), hang_ups] {
      for (int client = 0; accept(serve, client < hang_ups); ++client) {
      }
    });
  }
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;
  ~TlsServer() { join(); }

  /// Waits until `serve` has returned for the client that is there.
  void join() {
    if (!thread_.joinable()) return;
    ::eventfd_write(stop_.get(), 1);
    thread_.join();
  }
  [[nodiscard]] SSL_CTX* context() { return context_.get(); }
  [[nodiscard]] std::string url() const { return fmt::format("rediss://127.0.0.1:{}", port_); }

 private:
  bool accept(const Serve& serve, bool hangs_up) {
    const UniqueFd client = support::accept_unless(listener_.get(), stop_.get());
    if (!client.valid()) return false;
    char buffer[4096];
    if (hangs_up) {
      // Nothing is left unread, so that the client gets an end and no reset.
      (void)::recv(client.get(), buffer, sizeof buffer, 0);
      ::shutdown(client.get(), SHUT_WR);
      while (::recv(client.get(), buffer, sizeof buffer, 0) > 0) {
      }
      return true;
    }
    const std::unique_ptr<SSL, void (*)(SSL*)> ssl(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(ssl.get(), client.get());
    return SSL_accept(ssl.get()) == 1 && serve(ssl.get(), client.get());
  }

  const UniqueFd stop_{::eventfd(0, EFD_CLOEXEC)};
  std::uint16_t port_ = 0;
  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  UniqueFd listener_;
  std::thread thread_;
};

class RedisTlsTest : public RedisClientTest {
 protected:
  RedisTlsTest() { access_.tls = &trust_; }

  support::TempDir folder_;
  const support::Certificate own_ = support::make_certificate(folder_.path(), "own");
  const std::string bundle_ = support::read_file(own_.cert);
  const TlsTrust trust_{bundle_};
};

TEST_F(RedisTlsTest, LastWordsBeforeAResetAreAnswers) {
  std::promise<void> all_sent;
  TlsServer server(own_, [&all_sent](SSL* ssl, int) {
    introduce(ssl);
    all_sent.get_future().wait_for(support::kPatience);
    write(ssl, "+PONG\r\n");
    return false;  // and a reset, as nothing else was read
  });
  access_.most_waiting = 30'000'000;
  open_ready(server.url());
  std::vector<Fate> fates;
  const auto done = [&](const RedisAnswer& it) { fates.push_back(it.fate); };
  ASSERT_TRUE(client_->send({"PING"}, done));
  // More than the kernel's buffers hold on both sides.
  const std::string value(1'000'000, 'x');
  while (client_->send({"SET", "k", value}, done)) {
  }
  // The timer comes after the bytes that the kernel takes have gone.
  bool is_later = false;
  loop_.call_at(std::chrono::steady_clock::now() + 1ms, [&] { is_later = true; });
  wait_until([&] { return is_later; }, "the kernel has taken what it takes");
  all_sent.set_value();
  server.join();
  wait_until([&] { return !told_.lost.empty(); }, "it is lost");
  ASSERT_GT(fates.size(), 2u);
  EXPECT_EQ(fates.front(), Fate::answered) << told_.words();
  EXPECT_EQ(fates.back(), Fate::unsent);
}

TEST_F(RedisTlsTest, OneThatHangsUpInTheHandshakeIsTriedAgain) {
  TlsServer server(
      own_,
      [](SSL* ssl, int) {
        introduce(ssl);
        return !read(ssl).empty();
      },
      2);
  open(server.url());
  wait_until([&] { return told_.ready > 0 || told_.failed; }, "it is ready");
  EXPECT_EQ(told_.ready, 1) << told_.words();
  ASSERT_GE(told_.lost.size(), 2u);
  EXPECT_EQ(told_.lost.front().kind, Kind::tls);
  EXPECT_TRUE(says(told_.lost.front(), "it hangs up in the handshake")) << told_.words();
  client_.reset();
}

TEST_F(RedisTlsTest, DamageOnTheWayIsNoReasonToGiveUp) {
  TlsServer server(own_, [](SSL* ssl, int client) {
    write(ssl, "+OK\r\n");
    const std::string record = std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x');
    support::send_all(client, record);
    return !read(ssl).empty();
  });
  open(server.url());
  wait_until([&] { return !told_.lost.empty() || told_.failed; }, "it is lost");
  EXPECT_FALSE(told_.failed) << told_.words();
  ASSERT_FALSE(told_.lost.empty());
  EXPECT_EQ(told_.lost.front().kind, Kind::tls) << told_.words();
  client_.reset();
}

TEST_F(RedisTlsTest, ThereIsOneHandshake) {
  TlsServer server(own_, [](SSL* ssl, int) {
    introduce(ssl);
    SSL_renegotiate(ssl);
    SSL_do_handshake(ssl);      // asks the client to begin another one
    return !read(ssl).empty();  // which is done here
  });
  SSL_CTX_set_max_proto_version(server.context(), TLS1_2_VERSION);
  open_ready(server.url());
  poll_until([&] { return !told_.lost.empty() || SSL_CTX_sess_accept_good(server.context()) > 1; },
             "the server gives up");
  EXPECT_FALSE(told_.lost.empty());
  client_.reset();
}

}  // namespace
}  // namespace fanfetch::system
