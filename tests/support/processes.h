#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace fanfetch::support {

/// Living processes, zombies left out: what /proc says now.
[[nodiscard]] std::vector<pid_t> processes_of_session(pid_t session);
[[nodiscard]] std::vector<pid_t> children_of(pid_t parent);

/// Has that signal been sent to the process, and not been taken by it yet? Two SIGINTs that meet
/// while one is pending are one; a test that wants two waits in between.
[[nodiscard]] bool signal_is_pending(pid_t pid, int signal);

/// Which process of `session` holds the client's end of a loopback TCP connection; the ports are
/// the client's and the server's. None: it is gone, or not ours to look into.
[[nodiscard]] std::optional<pid_t> owner_of_connection(pid_t session, std::uint16_t client_port,
                                                       std::uint16_t server_port);

/// What the process has used of the CPU so far, itself and in the kernel.
[[nodiscard]] std::chrono::milliseconds cpu_time(pid_t pid);

/// Looks every few milliseconds until `condition` holds. For what the kernel gives no event for;
/// false: not within `limit`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit);

}  // namespace fanfetch::support
