#pragma once

#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

#include <optional>
#include <string_view>

#include "common/clock.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// Where a service manager wants to hear how we are, as sd_notify(3) has it: $NOTIFY_SOCKET is the
/// path of a datagram socket or, behind an `@`, its abstract name. Thread: one at a time.
class NotifySocket {
 public:
  /// Nobody wants to hear: open() is false.
  NotifySocket() = default;
  /// Takes NOTIFY_SOCKET out of the environment, so that no other program speaks for us. One that
  /// cannot be a socket's counts as none. Thread: main's, before there are others.
  [[nodiscard]] static NotifySocket take_from_environment();

  [[nodiscard]] bool open() const { return fd_.valid(); }
  /// Sends lines `NAME=value`. Never blocks. False: the manager is slow, or away while it is
  /// replaced; try again later.
  [[nodiscard]] bool send(std::string_view lines) const;

 private:
  UniqueFd fd_;
  sockaddr_un address_{};
  socklen_t length_ = 0;
};

/// How long the manager may wait to hear that all is well: $WATCHDOG_USEC, if $WATCHDOG_PID is
/// `self` or not there. Both are taken out of the environment. nullopt: it does not watch.
[[nodiscard]] std::optional<Duration> take_watchdog_from_environment(pid_t self);

}  // namespace fanfetch
