#pragma once

#include <cstdint>
#include <string_view>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// A listening TCP socket on a free port of 127.0.0.1, and sets `port` to that. Throws
/// std::system_error.
[[nodiscard]] UniqueFd listen_on_loopback(std::uint16_t& port);

/// A connection to 127.0.0.1; invalid if nobody listens there.
[[nodiscard]] UniqueFd connect_to_loopback(std::uint16_t port);

/// The next client of `listener`; invalid once `stop_fd` is readable.
[[nodiscard]] UniqueFd accept_unless(int listener, int stop_fd);

/// Waits until one of the two descriptors is readable, and returns it; -1 if `stop_fd` is readable,
/// or on an error.
[[nodiscard]] int wait_for_either(int one, int other, int stop_fd);

bool send_all(int fd, std::string_view bytes);

/// Forwards bytes in both directions until either side ends or `stop_fd` becomes readable.
void carry(int one, int other, int stop_fd);

}  // namespace fanfetch::support
