#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include "common/curl/curl_easy.h"
#include "common/http/exchange_end.h"

namespace fanfetch {

/// What a CurlMulti asks of the event loop that drives it. Abstract so that common/curl depends on
/// no loop, and tests need none; the real one is LoopMulti (worker/transport/loop_multi.h).
class CurlEvents {
 public:
  enum class Interest { read, write, both };

  virtual ~CurlEvents() = default;
  // REQUIRES: none of these throws, or calls back into the CurlMulti.
  virtual void watch(int fd, Interest interest) noexcept = 0;
  /// The interest in a watched descriptor changes.
  virtual void rewatch(int fd, Interest interest) noexcept = 0;
  /// libcurl closes the descriptor next.
  virtual void unwatch(int fd) noexcept = 0;
  /// Replaces the timer: on_timer() is due in `time`. nullopt: there is none.
  virtual void set_timer(std::optional<std::chrono::milliseconds> time) noexcept = 0;
};

/// libcurl's multi handle: several transfers, and the connections that are kept for the next ones.
/// Either an event loop drives it (on_ready, on_timer), or run() does. One thread.
class CurlMulti {
 public:
  /// To be driven by run(). Throws std::bad_alloc.
  CurlMulti();
  /// To be driven by an event loop. `events` is lent; `connections`: how many stay open for re-use.
  CurlMulti(CurlEvents& events, unsigned connections);
  /// Closes connections, which may still call CurlEvents::unwatch(), and nothing else. REQUIRES:
  /// all transfers are removed.
  ~CurlMulti();
  CurlMulti(const CurlMulti&) = delete;
  CurlMulti& operator=(const CurlMulti&) = delete;

  /// Begins a transfer. `easy` stays the caller's. REQUIRES: remove() comes before its end.
  void add(CurlEasy& easy);
  /// Ends a transfer, finished or not.
  void remove(CurlEasy& easy);
  /// Transfers that were added and not removed.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// From now on several transfers may share a connection of HTTP/2.
  void share_connections();

  /// Hands over each transfer that has ended since the last call, by its owner
  /// (CurlEasy::set_owner). `done` may add and remove.
  void collect(const std::function<void(void* owner, ExchangeEnd end)>& done);

  struct Readiness {
    bool read = false, write = false, error = false;
  };
  /// A watched descriptor is ready.
  void on_ready(int fd, Readiness readiness);
  /// The timer is due.
  void on_timer();

  /// Blocks until no transfer is running, or `stop_fd` (-1 never) is readable. True: all have
  /// ended; collect() says how.
  [[nodiscard]] bool run(int stop_fd);

 private:
  // libcurl's types, but for void* where they are that.
  static int on_socket_change(void* curl, int fd, int what, void* self, void* watched) noexcept;
  static int on_timer_change(void* multi, long timeout_ms, void* self) noexcept;
  void try_next_address(void* curl);

  struct Free {
    void operator()(void* multi) const;
  };
  CurlEvents* events_ = nullptr;  // nullptr: run() drives it
  std::size_t size_ = 0;
  bool ending_ = false;     // libcurl is freeing the multi, and calls back meanwhile
  void* closed_ = nullptr;  // the transfer whose socket was closed in the on_ready() that runs
  std::unique_ptr<void, Free> multi_;  // a CURLM
};

}  // namespace fanfetch
