#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <tuple>

namespace fanfetch {

/// Whether the entry of a stream that is called `one` came before `other`. Both are
/// `MILLISECONDS-NUMBER` without leading zeros, as Redis calls them; anything else has some place.
[[nodiscard]] inline bool is_before(std::string_view one, std::string_view other) {
  const auto parts = [](std::string_view id) {
    const std::size_t dash = std::min(id.find('-'), id.size());
    const auto number = id.substr(std::min(dash + 1, id.size()));
    return std::tuple(dash, id.substr(0, dash), number.size(), number);
  };
  return parts(one) < parts(other);
}

}  // namespace fanfetch
