#pragma once

#include <functional>
#include <optional>

#include "common/event_loop.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// SIGINT, SIGTERM and SIGHUP as events of the loop, one that was ignored (nohup) stays so; and
/// SIGUSR1, which asks for a line about the run.
class Signals {
 public:
  /// SIGUSR1 ends no program of ours: it waits for a run that can say something. Call at the start.
  static void hold_back_usr1();
  /// Blocks the other signals for this thread and those it makes. Call before any thread exists.
  static void block();
  /// Lets those that end a run act again as they did at the start.
  static void unblock();

  /// REQUIRES: hold_back_usr1(), block().
  Signals(EventLoop& loop, std::function<void(int signal)> on_signal);

 private:
  UniqueFd fd_;
};

/// Ends this process as `signal` would have, so that a shell and a script see the truth.
[[noreturn]] void die_of(int signal);

}  // namespace fanfetch
