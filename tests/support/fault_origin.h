#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "common/unique_fd.h"
#include "tests/support/connection.h"
#include "tests/support/reply.h"

namespace fanfetch::support {

/// How long a test waits for something that must happen. Long, because a sanitizer on a busy
/// machine is slow; only a broken program uses it up.
inline constexpr std::chrono::seconds kPatience{60};

/// An HTTP/1.1 server on loopback with control of every byte, because HTTP libraries hide the
/// socket and behave too well. One thread for each connection and blocking calls, so that the code
/// of a fault reads in the order of events. Logs all requests. Thread-safe.
class FaultOrigin {
 public:
  /// For what a Reply cannot express. Runs on the connection's thread.
  using Handler = std::function<void(Connection&, const Request&)>;

  /// Listens on a free port of `address` (IPv4 or IPv6). Throws std::system_error.
  explicit FaultOrigin(const std::string& address = "127.0.0.1");
  FaultOrigin(const FaultOrigin&) = delete;
  FaultOrigin& operator=(const FaultOrigin&) = delete;
  ~FaultOrigin();

  /// Sets the route for a path. A path with its query is looked up first, then without. Else: 404.
  void serve(const std::string& path, Reply reply);
  void serve(const std::string& path, Handler handler);
  /// One reply after the other, then the last one forever.
  void serve_in_turn(const std::string& path, std::vector<Reply> replies);
  /// Handles all requests without a route.
  void serve_rest(Handler handler);

  /// `http://127.0.0.1:PORT` and `path`.
  [[nodiscard]] std::string url(std::string_view path = "") const;
  [[nodiscard]] std::uint16_t port() const { return port_; }

  /// Requests for `path` (with any query), or all of them for ""; oldest first.
  [[nodiscard]] std::vector<Request> requests(std::string_view path = "") const;
  [[nodiscard]] std::size_t count(std::string_view path = "") const;
  /// Concurrent requests being answered: currently, and the maximum so far.
  [[nodiscard]] std::size_t at_once() const;
  [[nodiscard]] std::size_t most_at_once() const;
  [[nodiscard]] std::size_t connections() const;

  /// Waits until `wanted` requests for `path` have come, or are being answered concurrently. False:
  /// not in time.
  [[nodiscard]] bool wait_for_count(std::string_view path, std::size_t wanted,
                                    std::chrono::milliseconds limit = kPatience) const;
  [[nodiscard]] bool wait_for_at_once(std::size_t wanted,
                                      std::chrono::milliseconds limit = kPatience) const;

  /// Ends every connection, even the silent ones, and joins all threads.
  void stop();

 private:
  struct Client {
    std::thread thread;
    std::atomic<bool> done = false;
  };

  void accept_clients();
  void serve_client(Connection connection);
  [[nodiscard]] Handler handler_for(const Request& request) const;
  [[nodiscard]] std::size_t count_locked(std::string_view path) const;

  std::string address_;
  std::uint16_t port_ = 0;
  UniqueFd listener_;
  UniqueFd stop_event_;

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  // Under the mutex:
  std::map<std::string, Handler, std::less<>> routes_;
  Handler rest_;
  std::vector<Request> log_;
  std::size_t at_once_ = 0;
  std::size_t most_at_once_ = 0;
  std::size_t connections_ = 0;

  std::list<Client> clients_;  // used by the accept thread only, until it is joined
  std::thread accept_thread_;
};

}  // namespace fanfetch::support
