#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <thread>

#include "common/unique_fd.h"

struct ssl_ctx_st;

namespace fanfetch::support {

/// TLS in front of a plain server on loopback: turns an origin into an https origin and a proxy
/// into an https proxy, with all their faults. One thread for each connection.
class TlsFront {
 public:
  /// Whether it says by a close_notify that the bytes end where they should.
  enum class Goodbye { no, yes };

  struct Setup {
    std::string cert, key;       ///< PEM files.
    std::string client_ca = {};  ///< Clients must show a certificate signed by this one.
    int max_version = 0;         ///< TLS1_2_VERSION …; 0: the highest.
    Goodbye goodbye = Goodbye::yes;
    std::string alpn = {};  ///< The protocol that it agrees on; empty: it knows nothing of ALPN.
  };

  /// Listens on a free port of 127.0.0.1, and forwards to `port` there. Throws std::runtime_error.
  TlsFront(const Setup& setup, std::uint16_t port);
  TlsFront(const TlsFront&) = delete;
  TlsFront& operator=(const TlsFront&) = delete;
  ~TlsFront();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string url(const std::string& path = "") const;
  /// TLS1_2_VERSION …: version of the last handshake; 0: there was none.
  [[nodiscard]] int version() const { return version_; }
  /// Handshakes so far: all, and those that resumed an earlier session.
  [[nodiscard]] int handshakes() const { return handshakes_; }
  [[nodiscard]] int resumed() const { return resumed_; }

 private:
  struct FreeContext {
    void operator()(ssl_ctx_st* context) const;
  };

  void accept_clients();
  void serve(UniqueFd client);

  std::unique_ptr<ssl_ctx_st, FreeContext> context_;
  std::uint16_t inner_port_;
  Goodbye goodbye_;
  std::string alpn_;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  UniqueFd stop_event_;
  std::atomic<int> version_ = 0;
  std::atomic<int> handshakes_ = 0;
  std::atomic<int> resumed_ = 0;
  std::list<std::thread> clients_;  // used by the accept thread only, until it is joined
  std::thread accept_thread_;
};

}  // namespace fanfetch::support
