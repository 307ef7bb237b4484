#pragma once

#include <utility>

#include "common/clock.h"
#include "common/event_loop.h"

namespace fanfetch {

/// Time and what is to happen at a time. Abstract so that tests move time by hand; the real one is
/// LoopTimers.
struct Timers {
  using Key = EventLoop::TimerKey;
  using Callback = EventLoop::TimerCallback;

  virtual ~Timers() = default;
  /// The same instant until the loop wakes again.
  [[nodiscard]] virtual Instant now() const = 0;
  /// The time of day.
  [[nodiscard]] virtual WallTime wall_now() const = 0;
  /// Calls back once from the loop, not before `when`.
  virtual Key call_at(Instant when, Callback callback) = 0;
  /// A key that has fired is ignored.
  virtual void cancel(Key key) = 0;
};

/// The real one. Lends the loop.
class LoopTimers final : public Timers {
 public:
  explicit LoopTimers(EventLoop& loop) : loop_(loop) {}

  [[nodiscard]] Instant now() const override { return loop_.now(); }
  [[nodiscard]] WallTime wall_now() const override { return std::chrono::system_clock::now(); }
  Key call_at(Instant when, Callback callback) override {
    return loop_.call_at(when, std::move(callback));
  }
  void cancel(Key key) override { loop_.cancel(key); }

 private:
  EventLoop& loop_;
};

}  // namespace fanfetch
