#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// Stands between clients and a server, and does what lines do: loses answers that the server has
/// given, ends connections, is slow, or stands still with everything open. One thread for each
/// connection.
class UnrulyRelay {
 public:
  /// Listens on a free port of 127.0.0.1, and forwards to `port` of `address`, an IPv4 one. Throws
  /// std::system_error.
  UnrulyRelay(std::string address, std::uint16_t port);
  UnrulyRelay(const UnrulyRelay&) = delete;
  UnrulyRelay& operator=(const UnrulyRelay&) = delete;
  ~UnrulyRelay();

  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// The next `times` answers that contain `text` do not arrive: their connections end instead.
  void cut(std::string text, unsigned times);
  /// Of these, those that are still to come.
  [[nodiscard]] unsigned left() const { return left_; }
  /// Ends all connections that there are.
  void cut_all();

  /// From now on nothing moves, and nothing ends; new connections are taken, and stand still, too.
  void freeze();
  /// All goes on, what has gathered first.
  void thaw();

  /// Bytes arrive that much later, in each direction. Those that are under way are not hurried.
  void delay(std::chrono::milliseconds time) { delay_ = time; }

 private:
  void accept_clients();
  void serve(int client, int server);
  [[nodiscard]] bool is_to_be_cut(std::string_view answer);
  /// Waits while the line is frozen. False: the relay ends.
  [[nodiscard]] bool wait_for_thaw();

  const std::string address_;
  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  UniqueFd stop_event_;
  std::mutex mutex_;
  std::condition_variable thawed_;
  std::string text_;        // under the mutex
  bool is_frozen_ = false;  // under the mutex
  bool is_over_ = false;    // under the mutex
  std::list<int>
      open_;  // under the mutex: sockets of clients and of their servers, while they are served
  std::atomic<unsigned> left_ = 0;
  std::atomic<std::chrono::milliseconds> delay_ = std::chrono::milliseconds(0);
  std::list<std::thread> clients_;  // used by the accept thread only, until it is joined
  std::thread accept_thread_;
};

}  // namespace fanfetch::support
