#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"

namespace fanfetch {

/// The figures of a run at one moment, as those who keep them hand them on: totals since its
/// beginning, unless said otherwise. Rates and estimates come from two of them (see Pace).
struct ProgressState {
  // The report's:
  std::uint64_t settled = 0;  ///< Links that have a record.
  std::uint64_t failed = 0;   ///< Of these, new failures.

  // The loop's:
  std::optional<std::uint64_t> total;  ///< nullopt until the list has been read to its end.
  std::uint64_t bytes = 0;   ///< Body bytes received, in flight too, without `wasted` ones.
  std::uint64_t wasted = 0;  ///< Those of failed tries, but for what a part file keeps of them.

  // The report's:
  std::uint64_t fetched = 0;      ///< Of `settled`, links for which a request was made.
  std::uint64_t saved = 0;        ///< Of `fetched`, those that brought a file,
  std::uint64_t saved_bytes = 0;  ///< and the bytes of these.

  // The loop's:
  std::uint64_t read = 0;             ///< Links taken from the list.
  std::uint64_t to_fetch = 0;         ///< Of these, the ones that need a request.
  std::uint64_t held = 0;             ///< Of these, the ones that are not finished, at this moment.
  std::uint64_t in_flight = 0;        ///< Of these, the ones that are with a worker.
  std::uint64_t known_in_flight = 0;  ///< Of these, those of known size:
  std::uint64_t known_received = 0;   ///< the bytes of them that have come
  std::uint64_t known_to_come = 0;    ///< and that have not.
  std::uint64_t hosts_waiting = 0;    ///< Hosts with links of which none may start for a while.
  Duration longest_wait{};            ///< Of these hosts, from this moment on.
  bool everything_waits = false;      ///< There are such hosts, and no link is on its way.
  std::string paused;                 ///< `paused until 18:00`; empty: the run is not.
  std::optional<std::uint64_t> nodes = {};  ///< Machines of a fleet that fetch; see Fetching.
};

}  // namespace fanfetch
