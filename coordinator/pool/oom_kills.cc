#include "coordinator/pool/oom_kills.h"

#include <charconv>

#include "common/file_content.h"

namespace fanfetch {

std::optional<std::uint64_t> oom_kills_in(std::string_view vmstat) {
  constexpr std::string_view kKey = "\noom_kill ";
  const auto at = vmstat.find(kKey);
  if (at == vmstat.npos) return std::nullopt;
  const std::string_view number = vmstat.substr(at + kKey.size());
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), count);
  return error == std::errc() ? std::optional(count) : std::nullopt;
}

std::optional<std::uint64_t> count_oom_kills() {
  constexpr std::size_t kMost = std::size_t{64} << 10;
  return oom_kills_in(file_content("/proc/vmstat", kMost));
}

}  // namespace fanfetch
