#pragma once

#include <chrono>
#include <string>
#include <variant>

#include "common/clock.h"
#include "common/outcome.h"
#include "coordinator/ledger/ledger.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// A link that is done with: whole in its part file, kept, not wanted, or failed for good.
struct Settlement {
  Link link;
  Outcome outcome;        ///< Any but Redirected.
  std::string final_url;  ///< The last URL asked for, after redirects; empty: none was.
  int attempts = 0;
  WallTime started_at{};  ///< Of the first attempt.
  std::chrono::milliseconds duration{0};
};

/// What the ledger is to write and to report: a link that workers had, or a row that needed none.
using Settled = std::variant<Settlement, LedgerRow>;

/// The record of a link that a worker had. A saved one has no file name yet.
[[nodiscard]] Record record_of(const Settlement& settlement);

}  // namespace fanfetch
