#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace fanfetch {

// What a request may be, before cpp-httplib reads it. A browser's has some 1 KiB.

inline constexpr std::size_t kMaxHeadBytes = 16 << 10;
inline constexpr std::size_t kMaxHeadLines = 100;
/// cpp-httplib reads a Range by a regular expression that takes stack for each of its bytes.
inline constexpr std::size_t kMaxRangeBytes = 64;
/// Of the one POST that there is.
inline constexpr std::size_t kMaxBodyBytes = 64 << 10;

/// Where the head in `bytes` ends, behind its empty line. nullopt: it is not whole. Pure.
[[nodiscard]] std::optional<std::size_t> end_of_head(std::string_view bytes);

enum class HeadFault : std::uint8_t {
  none,
  too_large,  ///< 431
  malformed,  ///< 400
};
/// Whether a whole head is one that cpp-httplib is to read. Pure.
[[nodiscard]] HeadFault fault_of_head(std::string_view head);

}  // namespace fanfetch
