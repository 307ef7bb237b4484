#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace fanfetch::support {

/// Living processes by /proc, without zombies.
[[nodiscard]] std::vector<pid_t> processes_of_session(pid_t session);
[[nodiscard]] std::vector<pid_t> children_of(pid_t parent);

/// Whether that signal is pending for the process. Two SIGINTs merge while one is pending, so a
/// test that needs two waits in between.
[[nodiscard]] bool signal_is_pending(pid_t pid, int signal);

/// The process of `session` that holds the client's end of a loopback TCP connection, given by the
/// client's and the server's port. nullopt: it is gone, or /proc may not be read: to all but root a
/// worker hides its descriptors unless it runs with --sandbox=off.
[[nodiscard]] std::optional<pid_t> owner_of_connection(pid_t session, std::uint16_t client_port,
                                                       std::uint16_t server_port);

/// CPU time that the process has used so far, user and system.
[[nodiscard]] std::chrono::milliseconds cpu_time(pid_t pid);

/// Polls every few milliseconds until `condition` holds. Only for what has no event to wait for.
/// False: not within `limit`.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds limit);

}  // namespace fanfetch::support
