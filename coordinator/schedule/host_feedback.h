#pragma once

#include <cstdint>
#include <optional>

#include "common/clock.h"
#include "common/outcome.h"

namespace fanfetch {

/// What one attempt shows of its host, whatever becomes of the link.
struct HostFeedback {
  enum class Kind : std::uint8_t {
    healthy,      ///< A sound response, also a 404, a 304 or a redirect.
    throttled,    ///< 429, or 503 or 403 with Retry-After: the host asks for a pause.
    unavailable,  ///< 503 without Retry-After: a reason to pause only if it is repeated.
    forbidden,    ///< 403: hot-link protection, or throttling if several come in a row.
    strained,     ///< 500, 502, 504, or a body cut short: the host is up, but overloaded.
    failed,       ///< No sound response: reset, time-out, no connection.
    none,         ///< No information on the host: our disk, our policy, a worker's death.
  };

  Kind kind = Kind::none;
  std::optional<Duration> retry_after = std::nullopt;  ///< The wait the host asks for; may be 0.
  std::uint64_t bytes = 0;                             ///< Size of a saved body.
  std::optional<Failed> failure = std::nullopt;        ///< For messages; unset if healthy or none.
  unsigned repeats = 0;  ///< Requests that the attempt sent beyond the one it was started for.
};

/// Pure. All but `repeats`. `now`: the time of day, for a Retry-After that is a date.
[[nodiscard]] HostFeedback host_feedback(const Outcome& outcome, WallTime now);

}  // namespace fanfetch
