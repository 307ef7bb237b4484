#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/event_loop.h"
#include "common/unique_fd.h"
#include "coordinator/redis/redis_trouble.h"
#include "coordinator/redis/tls_session.h"

namespace fanfetch {

/// Whom a stream leads to.
struct RedisPeer {
  std::string host;                    ///< What its certificate has to be for.
  std::vector<std::string> addresses;  ///< Text, in the order to try; at least one.
  std::uint16_t port = 0;
  Duration address_timeout{};     ///< To connect to one of them, if others follow.
  const TlsTrust* tls = nullptr;  ///< Lent; null: without TLS.
  std::string name;               ///< For sentences: `redis.test:6379`.
};

/// A connection that carries bytes, over TLS or not; it knows nothing of Redis. It never blocks.
/// Thread: the loop's. The handler is called from there, never from within a function of the
/// stream.
class RedisStream {
 public:
  struct Handler {
    virtual ~Handler() = default;
    /// Connected, and the server is verified.
    virtual void on_open() = 0;
    /// REQUIRES of who implements it: the stream is not destroyed there; it may be closed.
    virtual void on_bytes(std::string_view bytes) = 0;
    /// It came to an end, or none of the addresses can be reached; called once, and nothing after
    /// it. The stream may be destroyed there.
    virtual void on_broken(const RedisTrouble& trouble) = 0;
  };

  /// `handler` outlives it, or its close().
  RedisStream(EventLoop& loop, RedisPeer peer, Handler& handler);
  ~RedisStream();
  RedisStream(const RedisStream&) = delete;
  RedisStream& operator=(const RedisStream&) = delete;

  /// Connects. How long all addresses together may take is the caller's to watch.
  void start();
  /// Takes bytes, and sends them once the loop has handled all other events of its turn, so that
  /// many small ones go together. They are kept until the server takes them.
  void send(std::string_view bytes);
  /// Bytes that it has taken from send() and that may have left this machine; the rest never has.
  [[nodiscard]] std::uint64_t given_away() const { return given_away_; }
  /// Connected, and the server has not yet shown by TLS who it is.
  [[nodiscard]] bool is_shaking_hands() const { return state_ == State::shaking_hands; }
  /// Bytes that wait.
  [[nodiscard]] std::size_t waiting() const { return output_.size() - output_at_ + wire_.size(); }
  /// Says goodbye if it may, and closes. The handler hears nothing any more.
  void close();

 private:
  enum class State { idle, connecting, shaking_hands, open, closed };

  void connect_next(int last_error);
  void on_event(std::uint32_t events);
  void on_connected();
  void become_open();
  void receive();
  void take(std::string_view bytes);
  [[nodiscard]] RedisTrouble trouble_of_session(const Error& error) const;
  void flush();
  void write();
  void refill_wire();
  void schedule_flush();
  void watch_writable(bool wanted);
  void break_off(RedisTrouble trouble);
  void drop_socket();

  EventLoop& loop_;
  const RedisPeer peer_;
  Handler& handler_;
  State state_ = State::idle;
  UniqueFd fd_;
  std::size_t next_address_ = 0;
  std::optional<TlsSession> tls_;
  bool has_heard_ = false;     // something by TLS
  std::string output_;         // what send() took
  std::size_t output_at_ = 0;  // of output_ that is in wire_ or gone; less than half
  std::string wire_;           // what the socket is to get, encrypted if it is TLS
  std::uint64_t given_away_ = 0;
  bool is_writable_watched_ = false;
  std::optional<RedisTrouble> unwritten_;  // why nothing can be written any more
  std::optional<EventLoop::TimerKey> address_timer_, flush_timer_, break_timer_;
};

}  // namespace fanfetch
