#pragma once

namespace fanfetch {

/// What scripts rely on; an interrupted run dies of its signal instead.
enum ExitStatus : int {
  kExitSuccess = 0,        ///< All saved or kept; an empty list too.
  kExitLinksFailed = 1,    ///< More links failed than --max-failed.
  kExitNoRun = 1,          ///< Of a command that steers: no run is going on.
  kExitConfiguration = 2,  ///< Usage, configuration, no client ID.
  kExitListFailed = 3,     ///< The link list could not be had; what came was finished first.
  kExitOutput = 4,         ///< The output cannot be written, or --min-free is reached.
  kExitBusy = 5,           ///< Another run holds the folder.
  kExitAsked = 6,  ///< Ended early as asked: --max-duration, --max-transfer, `fanfetch stop`.
  /// fanfetch itself failed: no worker can be started, all die, or memory or descriptors are short.
  kExitUnable = 70,
};

/// What shells show of a program that died of a signal: this plus its number.
inline constexpr int kSignalled = 128;

}  // namespace fanfetch
