#pragma once

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "common/unique_fd.h"
#include "tests/bench/stages/stage.h"

namespace fanfetch::bench {

/// Less than a socket takes at once, so that what arrives together is the same each time.
inline constexpr std::size_t kSentAtOnce = 32 * 1024;

/// A server on loopback: takes one connection, and responds to each request with the same body, as
/// nginx does. A step at a time: its client may be in the same thread.
class LoopbackServer {
 public:
  explicit LoopbackServer(std::size_t bytes)
      : response_(fmt::format("HTTP/1.1 200 OK\r\nServer: nginx/1.22.1\r\n"
                              "Date: Sun, 22 Nov 2026 10:00:00 GMT\r\n"
                              "Content-Type: image/jpeg\r\nContent-Length: {}\r\n"
                              "Last-Modified: Sat, 21 Nov 2026 09:00:00 GMT\r\n"
                              "Connection: keep-alive\r\nETag: \"5f3c61b2-2800\"\r\n"
                              "Accept-Ranges: bytes\r\n\r\n",
                              bytes) +
                  body_of(bytes)) {
    sockaddr_in address{.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t size = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 1) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      leave("no socket listens");
    }
    port_ = ntohs(address.sin_port);
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Readable when a request has come, or a client that will send one.
  [[nodiscard]] int fd() const { return socket_.valid() ? socket_.get() : listener_.get(); }
  /// Takes a request, if it has come.
  [[nodiscard]] bool has_request() {
    if (!socket_.valid()) {
      socket_.reset(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!socket_.valid()) return false;
      const int on = 1;  // or the last piece waits until the one before is acknowledged
      ::setsockopt(socket_.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    std::array<char, 8192> request;
    sent_ = 0;
    return ::recv(socket_.get(), request.data(), request.size(), MSG_DONTWAIT) > 0;
  }

  /// The next piece of the response. False: there is none.
  [[nodiscard]] bool send() {
    const std::size_t size = std::min(kSentAtOnce, response_.size() - sent_);
    if (size == 0) return false;
    if (::send(socket_.get(), response_.data() + sent_, size, MSG_NOSIGNAL) !=
        static_cast<ssize_t>(size)) {
      leave("a response was not sent");
    }
    sent_ += size;
    return true;
  }

 private:
  const std::string response_;
  const UniqueFd listener_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
  std::uint16_t port_ = 0;
  UniqueFd socket_;
  std::size_t sent_ = 0;
};

}  // namespace fanfetch::bench
