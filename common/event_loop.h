#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "common/clock.h"
#include "common/result.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// One thread's epoll loop with timers. All of it belongs to the thread that calls run(); other
/// threads and processes wake it through an eventfd that it watches.
class EventLoop {
 public:
  /// Gets the epoll events that came (EPOLLIN …).
  using FdCallback = std::function<void(std::uint32_t events)>;
  using TimerCallback = std::function<void()>;
  using TimerKey = std::pair<Instant, std::uint64_t>;

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls back while `events` are there (level-triggered), until unwatch(). The descriptor stays
  /// the caller's; REQUIRES: unwatch() comes before close().
  void watch(int fd, std::uint32_t events, FdCallback callback);
  /// Changes the events of a watched descriptor.
  void rewatch(int fd, std::uint32_t events);
  /// Safe inside any callback, also for descriptors whose events are still to be delivered.
  void unwatch(int fd);

  /// Calls back once, not before `when`. The key cancels it; a key that has fired is ignored.
  TimerKey call_at(Instant when, TimerCallback callback);
  void cancel(TimerKey key);

  /// Runs until stop(). `after_batch` is called each time all events and timers of one wake-up are
  /// done: the place to act once on what they brought.
  void run(const std::function<void()>& after_batch);
  void stop() { running_ = false; }

  /// Read once a wake-up: cheap, and one instant for all that one wake-up brings.
  [[nodiscard]] Instant now() const { return now_; }

 private:
  struct Watch {
    FdCallback callback;
    std::uint32_t generation = 0;  // tells a reused descriptor number from its predecessor
  };

  [[nodiscard]] int timeout_ms() const;
  void run_timers();

  UniqueFd epoll_;
  std::vector<std::shared_ptr<Watch>> watches_;  // by descriptor
  std::uint32_t next_generation_ = 1;
  std::map<TimerKey, TimerCallback> timers_;
  std::uint64_t next_timer_ = 0;
  Instant now_;
  bool running_ = false;
};

/// A non-blocking, close-on-exec eventfd.
[[nodiscard]] UniqueFd make_eventfd();
/// Adds one: wakes whoever watches it. Never blocks; a full counter is awake already.
void post_eventfd(int fd);
/// Empties it, so that it sleeps until the next post.
void drain_eventfd(int fd);

}  // namespace fanfetch
