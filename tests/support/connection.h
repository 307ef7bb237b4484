#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/unique_fd.h"

namespace fanfetch::support {

using Headers = std::vector<std::pair<std::string, std::string>>;

/// One request as received.
struct Request {
  std::string method;
  std::string target;      ///< As sent; absolute (`http://host/a.jpg`) if sent to a proxy.
  std::string path;        ///< The target with its query, without scheme and host.
  Headers headers;         ///< Names in lower case, in the order received.
  bool keep_alive = true;  ///< The client will send more on this connection.
  std::chrono::steady_clock::time_point at;
  std::uint64_t connection = 0;  ///< Number of the connection to this origin, from 1.

  /// The value of the first header `name` (lower case); nullopt if it was not sent.
  [[nodiscard]] std::optional<std::string> header(std::string_view name) const;
};

/// Responses wait at a gate until the test opens it, once. Better than a delay, because the test
/// decides what happens first.
class Gate {
 public:
  Gate();
  void open();
  [[nodiscard]] int fd() const { return event_.get(); }

 private:
  UniqueFd event_;
};

/// One client's connection, for the thread that serves it, with control of every byte. Every call
/// returns when the peer is gone or the origin stops; `false` reports that.
class Connection {
 public:
  /// `stop_fd` becomes readable, for good, when the origin stops.
  Connection(UniqueFd socket, int stop_fd, std::uint64_t id);

  /// The next request; nullopt: the peer is gone, sent something else than HTTP, or the origin
  /// stops. The preface of HTTP/2 counts as one for `*` (see http2_frames.h).
  [[nodiscard]] std::optional<Request> read_request();

  /// `size` bytes that follow a request's head; fewer: the peer sent no more.
  [[nodiscard]] std::string read_body(std::size_t size);

  bool send(std::string_view bytes);
  /// The same for the last bytes of a response. The request counts as answered just before: a
  /// client that has the last byte and sends another request must not be counted with two
  /// concurrent ones.
  bool send_last(std::string_view bytes);

  bool pause(std::chrono::milliseconds time);
  bool wait(const Gate& gate);
  /// Sends nothing. Returns once the peer hangs up or the origin stops.
  void wait_for_hang_up();

  /// RST instead of FIN; what was sent may be lost.
  void reset();
  /// Sends FIN, then reads until the peer's FIN, because unread bytes would turn it into an RST.
  void close();
  [[nodiscard]] bool is_open() const { return socket_.valid(); }

  /// No further request is read after this response.
  void close_after_answer() { last_answer_ = true; }
  [[nodiscard]] bool last_answer() const { return last_answer_; }

  /// Called once, when the request that is being served counts as answered.
  void when_answered(std::function<void()> callback) { answered_ = std::move(callback); }
  void mark_answered();

  [[nodiscard]] std::uint64_t id() const { return id_; }
  [[nodiscard]] std::uint16_t peer_port() const { return peer_port_; }

 private:
  /// Waits for `events` on the socket, for `gate_fd` (or -1), at most `time_ms` (-1: for ever).
  enum class Woken { socket, gate, time, over };
  Woken wait_for(short events, int gate_fd, int time_ms);
  /// Adds what the socket has to unread_. False: the peer sends no more.
  bool receive();

  UniqueFd socket_;
  int stop_fd_;
  std::uint64_t id_;
  std::uint16_t peer_port_ = 0;
  std::string unread_;  // received, not yet parsed: a client may pipeline
  bool last_answer_ = false;
  std::function<void()> answered_;
};

}  // namespace fanfetch::support
