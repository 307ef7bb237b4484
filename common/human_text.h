#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace fanfetch {

// Numbers as a person writes them: the one home of what messages, help and progress print.

/// `12.4 MiB`, `512 B`: powers of 1024, one decimal from KiB on.
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);

/// `1.0 MiB/s`, `512 B/s`.
[[nodiscard]] std::string human_byte_rate(double bytes_per_second);

/// `11.2/s`, `112/s`.
[[nodiscard]] std::string human_rate(double per_second);

/// `1.9s`, `4m05s`, `2h03m`: how long something took or will take.
[[nodiscard]] std::string human_duration(std::chrono::nanoseconds duration);

/// `4s`, `4m05s`, `2h03m`: an estimate, so no tenths.
[[nodiscard]] std::string human_time_left(std::chrono::nanoseconds left);

/// `30 s`, `1.5 s`, `1m30s`, `1h`, `2d12h`: a limit or a wait, without the parts that are 0. Down
/// to the millisecond below a minute, to the second from there on. Negative: as 0.
[[nodiscard]] std::string human_time(std::chrono::nanoseconds time);

/// `1,234,567`
[[nodiscard]] std::string human_count(std::uint64_t count);

/// `3 bytes`, `1 byte`, `1,234,567 bytes (1.2 MiB)`: where each of them matters.
[[nodiscard]] std::string human_exact_bytes(std::uint64_t bytes);

/// `3 of 5 bytes`, `1,000 of 1,234,567 bytes (1.2 MiB)`.
[[nodiscard]] std::string human_part(std::uint64_t bytes, std::uint64_t whole);

/// The shortest way to write the size as the value of an option, without rounding: `10G`, `1.5M`,
/// `2MB`, `12345`.
[[nodiscard]] std::string option_size(std::uint64_t bytes);

}  // namespace fanfetch
