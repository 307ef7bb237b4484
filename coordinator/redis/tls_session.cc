#include "coordinator/redis/tls_session.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cassert>
#include <new>

#include "common/curl/trust_store.h"
#include "common/ip_network.h"
#include "common/utf8.h"

namespace fanfetch {
namespace {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* session) const { SSL_free(session); }
};

/// What is made of a refused certificate that needs more than OpenSSL's words.
std::string untrusted(long error) {
  const std::string words = X509_verify_cert_error_string(error);
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return fmt::format(
          "no authority that is trusted here signed its certificate; name that "
          "authority's file by --fleet-cacert ({})",
          words);
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return fmt::format("its certificate is for another host ({})", words);
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return fmt::format("its certificate does not hold today ({})", words);
    default: return fmt::format("its certificate is not to be trusted ({})", words);
  }
}

std::string text_of(unsigned long error) {
  const char* reason = ERR_reason_error_string(error);
  return reason == nullptr ? "unknown error" : reason;
}

}  // namespace

// --- TlsTrust ---

struct TlsTrust::Parts {
  TrustStore store;
  std::unique_ptr<SSL_CTX, FreeTls> context;
  bool is_ready = false;
};

TlsTrust::TlsTrust(std::string_view authorities)
    : parts_(new Parts{TrustStore::of(authorities), nullptr}) {
  parts_->context.reset(SSL_CTX_new(TLS_client_method()));
  if (!parts_->context) throw std::bad_alloc();
  SSL_CTX* context = parts_->context.get();
  SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  // By TLS 1.2 a server could begin another handshake in the middle: it needs none.
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  // Nothing is gained by keeping sessions: there is one connection, for days.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
}

TlsTrust::~TlsTrust() = default;

// --- TlsSession ---

struct TlsSession::Parts {
  std::unique_ptr<SSL, FreeTls> ssl;
  BIO* from_server = nullptr;  // ssl's
  BIO* to_server = nullptr;    // ssl's
};

TlsSession::TlsSession(const TlsTrust& trust, const std::string& host)
    : parts_(std::make_unique<Parts>()) {
  auto& shared = *trust.parts_;
  if (!shared.is_ready) {  // the bundle is looked through only now that TLS is used
    SSL_CTX_set1_cert_store(shared.context.get(), shared.store.native());
    shared.is_ready = true;
  }
  parts_->ssl.reset(SSL_new(shared.context.get()));
  parts_->from_server = BIO_new(BIO_s_mem());
  parts_->to_server = BIO_new(BIO_s_mem());
  SSL* ssl = parts_->ssl.get();
  if (ssl == nullptr || parts_->from_server == nullptr || parts_->to_server == nullptr) {
    BIO_free(parts_->from_server);
    BIO_free(parts_->to_server);
    throw std::bad_alloc();
  }
  BIO_set_mem_eof_return(parts_->from_server, -1);  // empty: more is to come
  SSL_set_bio(ssl, parts_->from_server, parts_->to_server);
  SSL_set_connect_state(ssl);
  // A certificate's `*` stands for a whole label.
  SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  const bool is_address = parse_ip(host).has_value();
  const int set = is_address ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host.c_str())
                             : SSL_set1_host(ssl, host.c_str());
  // Unverified, it would take any certificate of an authority.
  if (set != 1) throw std::bad_alloc();
  // SSL_set_tlsext_host_name(), without its cast.
  if (!is_address && SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                              const_cast<char*>(host.c_str())) != 1) {
    throw std::bad_alloc();
  }
}

TlsSession::~TlsSession() = default;

Result<> TlsSession::failure(int code) {
  SSL* ssl = parts_->ssl.get();
  const int error = SSL_get_error(ssl, code);
  const unsigned long reason = ERR_peek_error();
  ERR_clear_error();
  if (error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE) return {};
  if (error == SSL_ERROR_ZERO_RETURN) {
    has_ended_ = true;
    return {};
  }
  if (const long verified = SSL_get_verify_result(ssl); verified != X509_V_OK) {
    return tl::unexpected(Error{untrusted(verified)});
  }
  switch (ERR_GET_REASON(reason)) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return fail("it does not speak TLS there: name its tls-port, or redis:// without TLS");
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return fail(
          "it wants a certificate of its clients, or none of its ciphers is ours: "
          "`tls-auth-clients no` in its configuration lets us in by password ({})",
          text_of(reason));
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return fail("it does not speak TLS 1.2 or later ({})", text_of(reason));
    default: return fail("{}", printable(text_of(reason)));
  }
}

Result<> TlsSession::receive(std::string_view bytes, std::string& plain) {
  ERR_clear_error();
  SSL* ssl = parts_->ssl.get();
  if (!bytes.empty() &&
      BIO_write(parts_->from_server, bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    throw std::bad_alloc();
  }
  if (!is_open()) {
    if (const int code = SSL_do_handshake(ssl); code != 1) return failure(code);
  }
  char buffer[16 * 1024];  // a record
  for (;;) {
    const int size = SSL_read(ssl, buffer, sizeof buffer);
    if (size <= 0) return failure(size);
    plain.append(buffer, static_cast<std::size_t>(size));
  }
}

Result<> TlsSession::send(std::string_view plain) {
  assert(is_open());
  if (plain.empty()) return {};
  ERR_clear_error();
  // All at once: the memory takes everything.
  const int size = SSL_write(parts_->ssl.get(), plain.data(), static_cast<int>(plain.size()));
  if (size > 0) return {};
  if (const auto why = failure(size); !why) return tl::unexpected(why.error());
  return fail("it has ended its TLS");
}

void TlsSession::close() {
  ERR_clear_error();
  if (is_open()) SSL_shutdown(parts_->ssl.get());
  ERR_clear_error();
}

void TlsSession::take_output(std::string& output) {
  const auto pending = BIO_ctrl_pending(parts_->to_server);
  if (pending == 0) return;
  const std::size_t before = output.size();
  output.resize(before + pending);
  BIO_read(parts_->to_server, output.data() + before, static_cast<int>(pending));
}

bool TlsSession::is_open() const { return SSL_is_init_finished(parts_->ssl.get()) == 1; }

}  // namespace fanfetch
