#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/clock.h"
#include "common/sandbox/sandbox_rules.h"
#include "coordinator/ledger/history.h"
#include "coordinator/reading/slice.h"
#include "coordinator/settle/run_folder.h"

namespace fanfetch {

/// The run that wrote into a folder last.
struct LastRun {
  std::int64_t number = 0;
  int pid = 0;
  /// `running`, `killed`, or how it said that it ended: `finished`, `stopped early`, `ended
  /// by --max-duration`.
  std::string state;
  WallTime started_at{};
  std::optional<WallTime> ended_at;  ///< nullopt: it is running, or was killed.
  /// Of a run without an end: what it has written so far; kept and skipped are not known.
  std::uint64_t saved = 0, failed = 0;
  std::optional<std::uint64_t> kept, skipped;
  /// Of `failed`: earlier runs had them, too. Of a run without an end: those tried again so far.
  std::optional<std::uint64_t> stood;
  /// What holds its workers back, until it has ended what is planned to; nullopt: none has worked,
  /// or it was an older fanfetch's.
  std::optional<Protections> protections;
  /// What it ended with; both nullopt: it has not, was killed, or an older fanfetch's. One that
  /// died of a signal has that, and no status.
  std::optional<int> exit_status, signal;
  std::optional<Slice> slice;  ///< Of its list; nullopt: it took the whole.
};

/// Who works in a folder, and what its ledger says of the last run, as of one moment.
struct RunLook {
  /// Who holds the folder; 0 if that process has not said, nullopt if nobody does.
  std::optional<int> held_by;
  std::optional<LastRun> last_run;  ///< nullopt: none has begun.
};

/// Begins a look of `history` (see History::look_again()) at a moment at which both are true.
/// Errors are the history's.
[[nodiscard]] RunLook look_at_run(History& history, const RunFolder& folder);

}  // namespace fanfetch
