#pragma once

#include <atomic>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// Stands between clients and a server, and loses answers that the server has given. One thread
/// for each connection.
class CuttingRelay {
 public:
  /// Listens on a free port of 127.0.0.1, and forwards to `port` of `address`, an IPv4 one. Throws
  /// std::system_error.
  CuttingRelay(std::string address, std::uint16_t port);
  CuttingRelay(const CuttingRelay&) = delete;
  CuttingRelay& operator=(const CuttingRelay&) = delete;
  ~CuttingRelay();

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// The next `times` answers that contain `text` do not arrive: their connections end instead.
  void cut(std::string text, unsigned times);
  /// Of these, those that are still to come.
  [[nodiscard]] unsigned left() const { return left_; }

 private:
  void accept_clients();
  void serve(int client);
  [[nodiscard]] bool is_to_be_cut(std::string_view answer);

  const std::string address_;
  const std::uint16_t server_port_;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  UniqueFd stop_event_;
  std::mutex mutex_;
  std::string text_;  // under the mutex
  std::atomic<unsigned> left_ = 0;
  std::list<std::thread> clients_;  // used by the accept thread only, until it is joined
  std::thread accept_thread_;
};

}  // namespace fanfetch::support
