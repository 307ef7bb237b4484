#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "common/result.h"

struct ssl_ctx_st;

namespace fanfetch {

/// Which certificates a fleet's Redis may show: all sessions with it share this. TLS 1.2 and later.
class TlsTrust {
 public:
  /// `authorities`: PEM, of --fleet-cacert or the system's; lent until the first session has been
  /// opened. Throws std::bad_alloc.
  explicit TlsTrust(std::string_view authorities);
  TlsTrust(const TlsTrust&) = delete;
  TlsTrust& operator=(const TlsTrust&) = delete;
  ~TlsTrust();

 private:
  friend class TlsSession;
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// A client's TLS with one server, as a filter of bytes between two memories: who owns the socket
/// carries them, and asks after each call for what is to be sent. Pure.
class TlsSession {
 public:
  /// `host`: a name or an address, which the server's certificate has to be for.
  /// Throws std::bad_alloc.
  TlsSession(const TlsTrust& trust, const std::string& host);
  TlsSession(const TlsSession&) = delete;
  TlsSession& operator=(const TlsSession&) = delete;
  ~TlsSession();

  /// Takes bytes from the socket and adds to `plain` what they say. The first call, with none,
  /// begins the handshake. Error: half a sentence; the session is over, but what is to be sent is
  /// still worth it, as it tells the server why.
  [[nodiscard]] Result<> receive(std::string_view bytes, std::string& plain);
  /// Encrypts. REQUIRES: is_open().
  [[nodiscard]] Result<> send(std::string_view plain);
  /// Says to the server that nothing follows.
  void close();

  /// Moves what the socket is to send to the end of `output`.
  void take_output(std::string& output);

  /// The handshake is over, the server is verified.
  [[nodiscard]] bool is_open() const;
  /// The server has said that nothing follows.
  [[nodiscard]] bool has_ended() const { return has_ended_; }

 private:
  struct Parts;

  [[nodiscard]] Result<> failure(int code);

  std::unique_ptr<Parts> parts_;
  bool has_ended_ = false;
};

}  // namespace fanfetch
