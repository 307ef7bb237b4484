#pragma once

#include <chrono>
#include <optional>

namespace fanfetch {

/// What requests spent on what. nullopt: nothing of the kind happened, as on a connection that is
/// used again.
struct Timings {
  std::optional<std::chrono::milliseconds> connect;  ///< TCP, until it was connected.
  /// From there until TLS was; through a proxy, its tunnel is in it.
  std::optional<std::chrono::milliseconds> tls;
  /// From a request's sending to the first byte of its response.
  std::optional<std::chrono::milliseconds> first_byte;

  bool operator==(const Timings&) const = default;
};

/// Adds `more` to `sum`: what happened several times took so long in all.
inline void add(std::optional<std::chrono::milliseconds>& sum,
                std::optional<std::chrono::milliseconds> more) {
  if (more) sum = sum.value_or(std::chrono::milliseconds(0)) + *more;
}

inline void add(Timings& sum, const Timings& more) {
  add(sum.connect, more.connect);
  add(sum.tls, more.tls);
  add(sum.first_byte, more.first_byte);
}

}  // namespace fanfetch
