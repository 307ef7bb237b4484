#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "common/outcome.h"
#include "common/timings.h"
#include "coordinator/link/link.h"
#include "coordinator/link/record.h"

namespace fanfetch {

/// A link that needs no further request: its part file holds the whole body, or it was kept, was
/// not wanted, or failed for good. The dispatcher hands it to the ledger's thread.
struct FinishedLink {
  Link link;
  Outcome outcome;                        ///< Any but Redirected and GivenUp.
  std::string final_url;                  ///< The last URL asked for, after redirects.
  int attempts = 0;                       ///< 0: no request was made, and final_url means nothing.
  WallTime started_at{};                  ///< Of the first attempt.
  std::chrono::milliseconds duration{0};  ///< Of the last attempt's work; see LinkTimes.
  std::chrono::milliseconds waited{0};    ///< For its turn, for retries, for room.
  std::optional<std::chrono::milliseconds> dns;  ///< Of the last attempt, like the next one.
  Timings timings;
  std::uint64_t requests = 0;  ///< Of all attempts.
  bool handed_over = false;    ///< To its fleet, as this node does not have its host any more.
};

/// A link that another machine has fetched: what became of it there. Its file, if there is one, is
/// not in this run's folder.
struct FetchedElsewhere {
  Link link;
  Record record;
};

/// The link's record, into which texts of `finished` are moved: of it, `link` keeps all but
/// `listed`. That of a saved link has no file name yet: settling decides it.
[[nodiscard]] Record record_of(FinishedLink&& finished);

}  // namespace fanfetch
