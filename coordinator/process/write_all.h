#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

namespace fanfetch {

/// Writes all of `bytes`, waiting where the descriptor is another program's non-blocking pipe or
/// terminal. Returns the bytes written, and the errno value that stopped it or 0.
std::pair<std::size_t, int> write_all(int fd, std::string_view bytes);

}  // namespace fanfetch
