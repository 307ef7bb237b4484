#pragma once

#include <functional>

#include "common/curl/curl_multi.h"
#include "common/event_loop.h"

namespace fanfetch {

/// A CurlMulti that an EventLoop drives. Thread: the loop's.
class LoopMulti : private CurlEvents {
 public:
  /// `loop` is lent; `connections`: how many stay open for re-use.
  LoopMulti(EventLoop& loop, unsigned connections) : loop_(loop), multi_(*this, connections) {}
  LoopMulti(const LoopMulti&) = delete;
  LoopMulti& operator=(const LoopMulti&) = delete;

  // As CurlMulti:
  void add(CurlEasy& easy) { multi_.add(easy); }
  void remove(CurlEasy& easy) { multi_.remove(easy); }
  [[nodiscard]] std::size_t size() const { return multi_.size(); }
  void share_connections() { multi_.share_connections(); }
  void collect(const std::function<void(void* owner, ExchangeEnd end)>& done) {
    multi_.collect(done);
  }

  /// For a CurlConnection.
  [[nodiscard]] CurlMulti& multi() { return multi_; }

 private:
  void watch(int fd, Interest interest) noexcept override;
  void rewatch(int fd, Interest interest) noexcept override;
  void unwatch(int fd) noexcept override;
  void set_timer(std::optional<std::chrono::milliseconds> time) noexcept override;

  EventLoop& loop_;
  EventLoop::TimerKey timer_{};
  CurlMulti multi_;  // ends first, and calls back meanwhile
};

}  // namespace fanfetch
