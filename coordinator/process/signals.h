#pragma once

#include <functional>
#include <optional>

#include "common/event_loop.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// SIGINT, SIGTERM and SIGHUP as events of the loop; one that was ignored (nohup) stays so.
class Signals {
 public:
  /// Blocks the signals for this thread and those it makes. Call before any thread exists.
  static void block();
  /// Lets them act again as they did at the start.
  static void unblock();

  /// REQUIRES: block().
  Signals(EventLoop& loop, std::function<void(int signal)> on_signal);

 private:
  UniqueFd fd_;
};

/// Ends this process as `signal` would have, so that a shell and a script see the truth.
[[noreturn]] void die_of(int signal);

}  // namespace fanfetch
