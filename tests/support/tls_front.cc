#include "tests/support/tls_front.h"

#include <fmt/format.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include <memory>
#include <stdexcept>
#include <string_view>

#include "tests/support/loopback.h"

namespace fanfetch::support {
namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// Forwards bytes that are already decrypted, then all further ones, until either side ends.
void carry_decrypted(SSL* ssl, int client, int inner, int stop_fd, TlsFront::Goodbye goodbye) {
  char buffer[16384];
  for (;;) {
    const int from = SSL_pending(ssl) > 0 ? client : wait_for_either(client, inner, stop_fd);
    if (from < 0) return;
    if (from == client) {
      const int got = SSL_read(ssl, buffer, sizeof buffer);
      if (got <= 0 || !send_all(inner, {buffer, static_cast<std::size_t>(got)})) return;
    } else {
      const ssize_t got = ::recv(inner, buffer, sizeof buffer, 0);
      if (got == 0 && goodbye == TlsFront::Goodbye::yes) SSL_shutdown(ssl);
      if (got <= 0 || SSL_write(ssl, buffer, static_cast<int>(got)) <= 0) return;
    }
  }
}

/// `wanted`: a std::string.
int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void* wanted) {
  const auto& name = *static_cast<const std::string*>(wanted);
  for (unsigned at = 0; at < offered_size; at += offered[at] + 1u) {
    const std::string_view one(reinterpret_cast<const char*>(offered + at + 1), offered[at]);
    if (one != name) continue;
    *chosen = offered + at + 1;
    *size = offered[at];
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_NOACK;
}

}  // namespace

void TlsFront::FreeContext::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

TlsFront::TlsFront(const Setup& setup, std::uint16_t port)
    : context_(SSL_CTX_new(TLS_server_method())),
      inner_port_(port),
      goodbye_(setup.goodbye),
      alpn_(setup.alpn),
      listener_(listen_on_loopback(port_)),
      stop_event_(::eventfd(0, EFD_CLOEXEC)) {
  SSL_CTX* context = context_.get();
  SSL_CTX_set_max_proto_version(context, setup.max_version);
  if (SSL_CTX_use_certificate_chain_file(context, setup.cert.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context, setup.key.c_str(), SSL_FILETYPE_PEM) != 1) {
    throw std::runtime_error("no certificate for a TLS server: " + setup.cert);
  }
  if (!setup.client_ca.empty()) {
    if (SSL_CTX_load_verify_locations(context, setup.client_ca.c_str(), nullptr) != 1) {
      throw std::runtime_error("no certificate to know clients by: " + setup.client_ca);
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  if (!alpn_.empty()) SSL_CTX_set_alpn_select_cb(context, &choose_protocol, &alpn_);
  static constexpr unsigned char kId[] =
      "fanfetch";  // without an id, OpenSSL refuses sessions of clients with certificates
  SSL_CTX_set_session_id_context(context, kId, sizeof kId - 1);
  accept_thread_ = std::thread([this] { accept_clients(); });
}

TlsFront::~TlsFront() {
  ::eventfd_write(stop_event_.get(), 1);
  accept_thread_.join();
  for (std::thread& client : clients_) client.join();
}

std::string TlsFront::url(const std::string& path) const {
  return fmt::format("https://127.0.0.1:{}{}", port_, path);
}

void TlsFront::accept_clients() {
  for (;;) {
    UniqueFd client = accept_unless(listener_.get(), stop_event_.get());
    if (!client.valid()) return;
    clients_.emplace_back([this](UniqueFd fd) { serve(std::move(fd)); }, std::move(client));
  }
}

void TlsFront::serve(UniqueFd client) {
  const timeval patience{10, 0};  // for a client that sends no handshake
  ::setsockopt(client.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  const std::unique_ptr<SSL, FreeSsl> ssl(SSL_new(context_.get()));
  SSL_set_fd(ssl.get(), client.get());
  if (SSL_accept(ssl.get()) != 1) {
    // Keeps reading, because unread bytes would cause a reset that overtakes the alert.
    ::shutdown(client.get(), SHUT_WR);
    char buffer[4096];
    while (wait_for_either(client.get(), -1, stop_event_.get()) >= 0 &&
           ::recv(client.get(), buffer, sizeof buffer, 0) > 0) {
    }
    return;
  }
  version_ = SSL_version(ssl.get());
  ++handshakes_;
  if (SSL_session_reused(ssl.get()) == 1) ++resumed_;
  const UniqueFd inner = connect_to_loopback(inner_port_);
  if (inner.valid()) {
    carry_decrypted(ssl.get(), client.get(), inner.get(), stop_event_.get(), goodbye_);
  }
}

}  // namespace fanfetch::support
