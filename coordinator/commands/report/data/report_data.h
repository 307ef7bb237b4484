#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "coordinator/commands/folder/last_run.h"
#include "coordinator/commands/report/data/file_sizes.h"
#include "coordinator/measure/host_sums.h"
#include "coordinator/measure/run_samples.h"

namespace fanfetch {

// What a folder's ledger tells to those who look at it afterwards, as a value: gather_report()
// makes it, and whoever shows it needs no ledger. All texts are as lists, servers and file names
// had them, any bytes: whoever shows them escapes them. Passwords are masked already.

/// A run into the folder.
struct PastRun {
  std::int64_t number = 0;
  WallTime started_at{};
  std::optional<WallTime> ended_at;  ///< nullopt: it is running, or was killed.
  /// `running`, `killed`, or how it said that it ended; see LastRun::state.
  std::string state;
  /// nullopt: not known, of a run without an end.
  std::optional<std::uint64_t> saved, kept, skipped, failed, bytes;
  std::optional<std::string> command;  ///< That started it, secrets as `…`; nullopt: not known.
  std::optional<std::string> told;     ///< What it was told in mid-run, a line each.
};

/// The links of one host, and what their last attempts have cost and brought.
struct ReportHost {
  std::string name;  ///< Empty: links without one.
  HostSums sums;
};

/// What a node of a fleet has saved, and what has failed there.
struct ReportNode {
  std::string name;
  std::uint64_t files = 0, bytes = 0, failed = 0;
};

/// A link that failed.
struct FailureExample {
  std::string url;      ///< As listed.
  std::string host;     ///< Empty: it has none.
  int http_status = 0;  ///< 0: no response.
  int attempts = 0;
  std::string message;
};

/// All failures of one class.
struct FailureClass {
  std::string name;    ///< As in records; `unknown` where the row names none.
  bool known = false;  ///< This fanfetch knows it, and --retry-failed takes it.
  std::uint64_t count = 0;
  /// HTTP statuses from 400 to 599 that they came with, most frequent first.
  std::vector<std::pair<int, std::uint64_t>> statuses;
  /// The hosts with most of them.
  std::vector<std::pair<std::string, std::uint64_t>> worst_hosts;
  std::vector<FailureExample> examples;  ///< Of different hosts, where there are several.
};

/// Files whose content is the same.
struct SameContent {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;         ///< Of one of them.
  std::vector<std::string> names;  ///< Of the first ones.
};

/// Of files whose content the ledger knows (without --hash none).
struct Duplicates {
  std::uint64_t files = 0;  ///< That another file would do for: all but the first of each content.
  std::uint64_t bytes = 0;  ///< Of these.
  std::uint64_t contents = 0;        ///< That several files have.
  std::vector<SameContent> biggest;  ///< By the bytes that one file would save.
};

/// A saved picture, as it lies on the disk.
struct SamplePicture {
  std::string file_name;
  std::string url;        ///< As listed.
  std::string_view type;  ///< `image/jpeg` and so on, by its first bytes; a constant.
  std::string bytes;
};

struct ReportData {
  std::string output;  ///< The folder, as the user named it.
  std::string ledger;  ///< `--ledger`, as the user named it; empty: in the folder.
  WallTime at{};       ///< When it was looked at.

  std::uint64_t saved = 0, failed = 0;  ///< Links that any run has settled.
  std::uint64_t bytes = 0;              ///< Of saved files.
  std::uint64_t hosts_in_all = 0;  ///< With the rest; a lower bound where there are over 10,000.

  std::vector<PastRun> runs;    ///< The newest first; the first one is that of `samples`.
  std::uint64_t more_runs = 0;  ///< Older ones, which `runs` leaves out.

  /// How far the last run was; as it sampled itself, or else by when its links began and how long
  /// their last attempts took. Empty: it has settled nothing.
  std::vector<RunSample> samples;
  bool samples_are_guessed = false;  ///< The latter.

  FileSizes sizes;  ///< Of saved files.

  std::vector<ReportHost> hosts;  ///< Most links first, then most bytes.
  std::uint64_t more_hosts = 0;   ///< That `hosts` leaves out.
  HostSums rest;                  ///< Of these together.

  std::vector<ReportNode> nodes;  ///< Of a fleet's driver, most links first.
  std::uint64_t more_nodes = 0;   ///< That `nodes` leaves out; a lower bound over 10,000.

  std::vector<FailureClass> failures;  ///< Most frequent first.

  /// nullopt: they could not be counted; see duplicates_problem.
  std::optional<Duplicates> duplicates;
  std::string duplicates_problem;

  std::vector<SamplePicture> pictures;
};

}  // namespace fanfetch
