#pragma once

#include <cstdint>
#include <string_view>

#include "common/unique_fd.h"

namespace fanfetch::support {

/// A listening TCP socket on a free port of 127.0.0.1, which is put into `port`. Throws
/// std::system_error.
[[nodiscard]] UniqueFd listen_on_loopback(std::uint16_t& port);

/// A connection to 127.0.0.1; not valid: nobody listens there.
[[nodiscard]] UniqueFd connect_to_loopback(std::uint16_t port);

/// The next client of `listener`; not valid: `stop_fd` has become readable.
[[nodiscard]] UniqueFd accept_unless(int listener, int stop_fd);

/// Waits until one of the two has something to read; -1: `stop_fd` has, or nothing can be waited
/// for.
[[nodiscard]] int wait_for_either(int one, int other, int stop_fd);

bool send_all(int fd, std::string_view bytes);

/// Carries bytes both ways until either side ends or `stop_fd` becomes readable.
void carry(int one, int other, int stop_fd);

}  // namespace fanfetch::support
