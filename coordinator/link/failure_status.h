#pragma once

#include <cstdint>
#include <optional>

namespace fanfetch {

/// The HTTP status that is a failure's reason; nullopt: none is. A success is no reason, and a
/// worker that was taken over, or a strange ledger, may say anything.
[[nodiscard]] constexpr std::optional<int> failure_status(std::optional<std::int64_t> http_status) {
  if (!http_status || *http_status < 400 || *http_status > 599) return std::nullopt;
  return static_cast<int>(*http_status);
}

}  // namespace fanfetch
