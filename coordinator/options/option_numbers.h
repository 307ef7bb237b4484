#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

// Values of options that are numbers. Errors as in option_values.h.

/// A whole number in [min, max].
[[nodiscard]] Result<std::uint64_t> parse_count(std::string_view text, std::uint64_t min,
                                                std::uint64_t max);

// Limits: `none`, `off` and `0` switch off each of them, and give 0. Units may stand in any case.

/// Whether it is one of these. What 0 is to each unit, as in `0s`, is for the parser of that unit.
[[nodiscard]] bool is_no_limit(std::string_view text);

/// Bytes, or with `/s` behind it bytes a second: `512`, `1.5M`, `2MB/s`, `64KiB`. K, M, G, T and
/// KiB … are powers of 1024, KB, MB, GB, TB of 1000. Above 0 it is at least 1. Bits are refused,
/// with what they are in bytes.
[[nodiscard]] Result<std::uint64_t> parse_size(std::string_view text);

/// `30`, `0.5s`, `10m`, `1h30m`, `2d`; at most 30 days. Above 0 it is at least 1 ms.
[[nodiscard]] Result<std::chrono::milliseconds> parse_time(std::string_view text);

/// `5/s`, `100/m`, `1000/h`, into requests a second.
[[nodiscard]] Result<double> parse_rate(std::string_view text);

/// `5%`, `0.1%`: between 0 and 100.
[[nodiscard]] Result<double> parse_percent(std::string_view text);

}  // namespace fanfetch
