#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "common/curl/curl_easy.h"
#include "common/curl/curl_multi.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// A connection that libcurl has made, with everything that is between us and the server: proxies,
/// tunnels, TLS. Moves bytes, never blocks. Without TLS it is a plain socket, and libcurl is out of
/// it; else libcurl moves the bytes, for which it searches all connections of their multi (0.4 µs
/// at 64, 6.5 at 2,000), so keep those below a few hundred. One thread.
class CurlConnection {
 public:
  /// REQUIRES: CurlMulti::collect() has just said that `easy`, set_connect_only(), is `complete`;
  /// it was not removed from `multi`, which is lent. `tls`: to the server, or to the proxy. Throws
  /// CurlError, and closes it then.
  CurlConnection(CurlEasy easy, CurlMulti& multi, bool tls);
  /// Closes it.
  ~CurlConnection();
  CurlConnection(const CurlConnection&) = delete;
  CurlConnection& operator=(const CurlConnection&) = delete;

  enum class Status {
    moved,   ///< `bytes` of them, at least 1.
    later,   ///< None at present: wait for fd() to become readable, or writable.
    closed,  ///< The peer will send no more.
    broken,  ///< `problem` says how.
  };
  struct Moved {
    Status status = Status::moved;
    std::size_t bytes = 0;
    std::string problem = {};
  };
  [[nodiscard]] Moved receive(std::span<std::byte> buffer);
  [[nodiscard]] Moved send(std::span<const std::byte> bytes);

  /// The peer has neither left nor said anything, as it should between two responses: what came
  /// would be read as the next one. Messages of TLS itself do not count.
  [[nodiscard]] bool is_silent();

  /// To wait for; stays its own. The connection may hold bytes that it does not show as readable:
  /// receive() until `later` if is_tls().
  [[nodiscard]] int fd() const { return fd_; }
  [[nodiscard]] bool is_tls() const { return easy_.has_value(); }
  /// After `closed`: TLS proves that the peer has sent all, or there is no TLS (RFC 8446, 6.1).
  [[nodiscard]] bool close_is_proved() const;
  /// The address at the other end, as text; of a proxy if there is one.
  [[nodiscard]] const std::string& peer() const { return peer_; }

 private:
  CurlMulti& multi_;
  std::optional<CurlEasy> easy_;  // with TLS; in multi_
  UniqueFd socket_;               // without
  int fd_ = -1;
  std::string peer_;
};

}  // namespace fanfetch
