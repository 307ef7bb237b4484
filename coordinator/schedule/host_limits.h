#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fanfetch {

/// `--host-limit HOST=N|skip`: what the user wants of one host.
struct HostLimit {
  std::string host;                        ///< In the form of Url::host.
  std::optional<std::uint16_t> port = {};  ///< nullopt: on any.
  std::optional<unsigned> most = {};       ///< Concurrent requests; nullopt: none, it is skipped.

  bool operator==(const HostLimit&) const = default;
};
/// Each host and port at most once.
using HostLimits = std::vector<HostLimit>;
/// More of them would take too long to look through for each host of a list.
inline constexpr std::size_t kMaxHostLimits = 1000;

/// What holds for an origin, `https://example.org:443`; one with its port wins over one without.
/// Null: nothing of its own. Pure.
[[nodiscard]] const HostLimit* find_limit(const HostLimits& limits, std::string_view origin);

/// Puts `limit` in place of the one of the same host and port, if there is one.
void put_limit(HostLimits& limits, HostLimit limit);
/// Drops the one of that host and port, if there is one.
void drop_limit(HostLimits& limits, std::string_view host, std::optional<std::uint16_t> port);

}  // namespace fanfetch
