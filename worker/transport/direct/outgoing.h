#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/curl/curl_connection.h"
#include "common/http/request.h"

namespace fanfetch {

/// A request on its way out: the bytes of its head, and what follows them from a descriptor. Never
/// holds more than a piece of the body in memory. Thread: the loop's.
class Outgoing {
 public:
  /// `head`: what write_request() says.
  Outgoing(std::string head, std::optional<RequestBody> body)
      : head_(std::move(head)), body_(body) {}

  enum class Status {
    sent,        ///< All of it.
    later,       ///< Call again when the connection is writable.
    broken,      ///< The connection; `problem` says how.
    unreadable,  ///< The body; `problem` says how. The request cannot be sent.
  };
  struct Sent {
    Status status = Status::sent;
    std::string problem = {};
  };
  /// Sends what `connection` takes, at most kTurnBytes of the body.
  [[nodiscard]] Sent send(CurlConnection& connection);
  [[nodiscard]] bool is_sent() const;
  /// Begins again, for another connection.
  void restart() { sent_ = 0; }

  /// What one connection may move in a turn of the loop, so that the others get theirs.
  static constexpr std::size_t kTurnBytes = std::size_t{256} * 1024;

 private:
  [[nodiscard]] Sent send_body(CurlConnection& connection);

  const std::string head_;
  const std::optional<RequestBody> body_;
  std::uint64_t sent_ = 0;  // bytes of both
};

}  // namespace fanfetch
