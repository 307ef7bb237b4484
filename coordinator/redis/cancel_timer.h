#pragma once

#include <optional>
#include <utility>

#include "common/event_loop.h"

namespace fanfetch {

/// Cancels the timer, if there is one, and forgets it: what all that has timers does at its end.
inline void cancel_timer(EventLoop& loop, std::optional<EventLoop::TimerKey>& timer) {
  if (timer) loop.cancel(*std::exchange(timer, std::nullopt));
}

}  // namespace fanfetch
