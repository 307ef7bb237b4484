#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fanfetch {

/// How many processes this machine has killed because it, or one of its containers, was out of
/// memory (/proc/vmstat). nullopt: it does not say.
[[nodiscard]] std::optional<std::uint64_t> count_oom_kills();

/// The same of the text of /proc/vmstat. Pure.
[[nodiscard]] std::optional<std::uint64_t> oom_kills_in(std::string_view vmstat);

}  // namespace fanfetch
