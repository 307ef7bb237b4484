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

/// An epoll loop with timers. Only the thread that calls run() may use it; other threads and
/// processes wake it through an eventfd that it watches.
class EventLoop {
 public:
  /// Takes the epoll events that occurred (EPOLLIN …).
  using FdCallback = std::function<void(std::uint32_t events)>;
  using TimerCallback = std::function<void()>;
  using TimerKey = std::pair<Instant, std::uint64_t>;

  EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  /// Calls back while `events` are pending (level-triggered), until unwatch(). The caller keeps
  /// ownership of the descriptor. Throws if the kernel has no memory for it, or the user's limit of
  /// watches is reached. REQUIRES: unwatch() is called before close().
  void watch(int fd, std::uint32_t events, FdCallback callback);
  /// The same, for callers that can go on without: returns that error, and watches nothing then.
  [[nodiscard]] Result<> try_watch(int fd, std::uint32_t events, FdCallback callback);
  /// Changes the events of a watched descriptor; does nothing if it is not watched.
  void rewatch(int fd, std::uint32_t events);
  /// Safe inside any callback, also for descriptors whose events are not yet delivered.
  void unwatch(int fd);

  /// Calls back once, not before `when`. The key is for cancel().
  TimerKey call_at(Instant when, TimerCallback callback);
  /// Does nothing if the timer has fired or was cancelled.
  void cancel(TimerKey key);

  /// Runs until stop(). Calls `after_batch` each time all events and timers of one wake-up have
  /// been handled, so that the caller can act once on all of them.
  void run(const std::function<void()>& after_batch);
  void stop() { running_ = false; }

  /// The time of the last wake-up: read once, and the same for all its callbacks.
  [[nodiscard]] Instant now() const { return now_; }

 private:
  struct Watch {
    FdCallback callback;
    std::uint32_t generation = 0;  // distinguishes a reused descriptor number from its predecessor
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

/// A non-blocking, close-on-exec eventfd. Error: no descriptor is to be had.
[[nodiscard]] Result<UniqueFd> open_eventfd();
/// The same at start-up, where nothing can go on without: throws.
[[nodiscard]] UniqueFd make_eventfd();
/// Adds one to the counter, which wakes whoever watches it. Never blocks; a full counter is not an
/// error, because its watcher is already woken.
void post_eventfd(int fd);
/// Resets the counter, so that it is not readable until the next post.
void drain_eventfd(int fd);

}  // namespace fanfetch
