#pragma once

#include <functional>
#include <optional>

#include "common/clock.h"
#include "common/event_loop.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Calls back at a time of day, which a timer of the loop cannot: the clock on the wall may be set,
/// and goes on while the machine sleeps. Thread: the loop's.
class WallAlarm {
 public:
  /// `loop` is lent. `on_time`: the time may have come, or the clock was set. Look what holds now,
  /// and call set() again.
  WallAlarm(EventLoop& loop, std::function<void()> on_time);
  ~WallAlarm();
  WallAlarm(const WallAlarm&) = delete;
  WallAlarm& operator=(const WallAlarm&) = delete;

  /// nullopt: never. Takes the place of what was set before.
  void set(std::optional<WallTime> when);

  /// Without a descriptor for it, it is looked so often.
  static constexpr Duration kLook = std::chrono::seconds(10);

 private:
  [[nodiscard]] bool open();
  void on_timer();
  void look_later();

  EventLoop& loop_;
  const std::function<void()> on_time_;
  UniqueFd timer_;
  std::optional<EventLoop::TimerKey> look_;
};

}  // namespace fanfetch
