#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"

namespace fanfetch {

/// How it stands with one host, for people who look at a run.
struct HostView {
  enum class State : std::uint8_t {
    open,      ///< It is asked.
    paused,    ///< Until `until`.
    given_up,  ///< The same.
    skipped,   ///< The user wants nothing of it.
  };

  std::string host;           ///< An origin, `https://example.org:443`.
  std::size_t in_flight = 0;  ///< Requests.
  std::size_t limit = 0;      ///< Of these, at present.
  std::size_t waiting = 0;    ///< Tasks that the run knows of, of a list that may have more.
  std::uint64_t done = 0;     ///< Requests that have ended, since the host is remembered;
  std::uint64_t failed = 0;   ///< of these, those that showed no sound response,
  std::uint64_t bytes = 0;    ///< and what was saved.
  State state = State::open;
  std::optional<Instant> until = {};
};

/// What comes first; the name decides among equals.
enum class HostOrder : std::uint8_t { in_flight, waiting, failed, bytes, pause };

}  // namespace fanfetch
