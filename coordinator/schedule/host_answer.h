#pragma once

#include <cstdint>
#include <optional>

#include "common/clock.h"
#include "common/outcome.h"

namespace fanfetch {

/// What one attempt told of the host that it was made at, whatever became of the link.
struct HostAnswer {
  enum class Kind : std::uint8_t {
    healthy,      ///< A good answer, also a 404, a 304 or a redirect: the host lives.
    throttled,    ///< 429, or anything with Retry-After: it asks for a pause.
    unavailable,  ///< 503 without Retry-After: a pause only where it comes again.
    forbidden,    ///< 403: hot-link protection, or throttling if they come in a row.
    strained,     ///< 500, 502, 504, or cut off in mid-body: it lives, but has too much to do.
    failed,       ///< Nobody, or nothing sound, answered: reset, time-out, no connection.
    none,         ///< Says nothing of the host: our disk, our policy, a worker's death.
  };

  Kind kind = Kind::none;
  std::optional<Duration> retry_after = std::nullopt;  ///< As asked, from now on; may be 0.
  std::uint64_t bytes = 0;                             ///< Of a saved body.
  std::optional<Failed> failure = std::nullopt;  ///< What it was, unless healthy: for messages.
};

/// Pure: `now` is the time of day, for a Retry-After that is a date.
[[nodiscard]] HostAnswer host_answer(const Outcome& outcome, WallTime now);

}  // namespace fanfetch
