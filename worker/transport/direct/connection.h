#pragma once

#include <cstdint>
#include <string>

#include "common/curl/curl_connection.h"
#include "common/event_loop.h"

namespace fanfetch {

/// A connection that the loop watches, and everything that tells it from another one. Stays where
/// it is. Thread: the loop's.
class Connection {
 public:
  /// Whoever has the connection currently.
  class User {
   public:
    virtual ~User() = default;
    /// `events`: epoll's. May close the connection.
    virtual void on_ready(Connection& connection, std::uint32_t events) noexcept = 0;
  };

  /// `key`: see connection_key(). Throws what CurlConnection does.
  Connection(EventLoop& loop, std::string key, CurlEasy easy, CurlMulti& multi, bool tls);
  ~Connection() { pause(); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  /// From now on, events go to `user`, which is lent.
  void set_user(User& user) { user_ = &user; }
  enum class Interest { read, read_and_write };
  /// False: the kernel has no room for it.
  [[nodiscard]] bool watch(Interest interest);
  /// No events until watch(): not even the peer's leaving, which would wake us on and on.
  void pause();

  [[nodiscard]] CurlConnection& bytes() { return bytes_; }
  [[nodiscard]] const std::string& key() const { return key_; }

 private:
  EventLoop& loop_;
  std::string key_;
  CurlConnection bytes_;
  User* user_ = nullptr;
  std::uint32_t events_ = 0;  // that are watched; 0: none
};

}  // namespace fanfetch
