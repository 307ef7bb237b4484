#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coordinator/report/tally.h"
#include "coordinator/run/run_stage.h"
#include "coordinator/schedule/run_limits.h"

namespace fanfetch {

/// An end that somebody asked for, by an option or a command.
struct AskedEnd {
  EndReason reason = EndReason::stop_command;
  std::string why;  ///< The beginning of a sentence: `--max-duration 2h is over`.

  bool operator==(const AskedEnd&) const = default;
};

/// What went wrong with a run that is not one link's failure, and what else ends it.
struct RunTrouble {
  std::optional<std::string> workers;  ///< Why no worker can be started any more.
  bool list_short = false;             ///< Descriptors or memory were short for some source.
  std::optional<std::string> output;   ///< Why it cannot be written; the first reason stays.
  bool list_failed = false;            ///< Some source could not be read.
  std::optional<AskedEnd> asked;       ///< Before all links were finished.
  int signal = 0;                      ///< That ends the run, or 0.
};

/// How a run ended.
struct RunEnd {
  int exit_status = 0;
  int signal = 0;             ///< To die of, or 0.
  bool reader_stuck = false;  ///< The reader still waits for a source: leave without destructors.
};

/// Notes that results cannot be written: `error` is an errno value, 0 if they can. A reader of
/// stdout that has left ends the run like a SIGPIPE; anything else is trouble with the output.
void note_results_error(RunTrouble& trouble, int error, bool results_go_to_stdout);

/// Why a limit ends the run, as the beginning of a sentence. `output`: the folder, as the user
/// wrote it. REQUIRES: limit_reached() has said so.
[[nodiscard]] std::string why_ended(EndReason reason, const RunLimits& limits, const RunUse& use,
                                    const std::string& output);

/// The same of --min-free alone, also before a run.
[[nodiscard]] std::string too_little_free(std::uint64_t free, const RunLimits& limits,
                                          const std::string& output);

/// Notes that the run was asked to end. The first reason stays, but for a disk that is nearly full:
/// somebody has to look at that one.
void note_asked_end(RunTrouble& trouble, AskedEnd asked);

/// What the ledger keeps of a run's end: `finished`, `stopped early`, `ended by --max-duration`.
[[nodiscard]] std::string ending(const RunTrouble& trouble, Stage stage);

/// Links of a run that ended early.
struct LeftLinks {
  std::uint64_t unfinished = 0;  ///< Read, and not settled.
  bool of_fleet = false;         ///< The run was a node: others fetch them.
  /// Settled, without the record that --results should have.
  std::uint64_t without_record = 0;
};

/// What the user has to know at the end, graver than notices.
[[nodiscard]] std::vector<std::string> closing_errors(const RunTrouble& trouble, Stage stage,
                                                      const LeftLinks& left);

/// The exit status that the command line promises; of several reasons the gravest counts.
[[nodiscard]] int exit_status(const RunTrouble& trouble, const Tally& tally,
                              const MaxFailed& max_failed);

}  // namespace fanfetch
