#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/clock.h"
#include "common/human_text.h"  // for all users of this header, as printable()
#include "common/utf8.h"        // printable(), for all users of this header
#include "coordinator/link/record.h"
#include "coordinator/report/tally.h"

namespace fanfetch {

/// `3 failed`, or `3 failed, 12 stand from earlier runs`: the former are new. `stood`: of `failed`.
[[nodiscard]] std::string failed_text(std::uint64_t failed, std::uint64_t stood);

/// Of the latter: `from earlier runs: 12 http_4xx (404: 9, 410: 3)`, and that those which
/// this run did not try are not tried again by themselves. REQUIRES: there are some.
[[nodiscard]] std::string old_failures_line(const Tally& tally);

/// What the hints after a run name.
struct RunPlace {
  std::string output;       ///< The folder, as the user wrote it.
  std::string ledger = {};  ///< As the user wrote it; empty: in that folder.
  /// Options that a run which tries links again needs, each after a blank.
  std::string options_again = {};
  bool is_of_driver = false;  ///< The machines that fetch are a fleet's nodes.
};

/// The lines shown after a run: new failures, old ones and skipped links by class, the hosts with
/// most failures, hints such as
///     hint: 12 refused at 10.0.3.7: --allow-net 10.0.3.0/24 lets links reach it
///     hint: to list what failed: fanfetch export images --failed
///     hint: to try that again: fanfetch --retry-failed http_4xx,timeout -o images --insecure
/// (the last one only where failures are few) and last
///     Took 1.9s: 91 saved, 0 kept, 3 skipped, 0 failed (12.4 MiB) in images
[[nodiscard]] std::vector<std::string> summary_lines(const Tally& tally, Duration took,
                                                     const RunPlace& place);

/// What tries failed links again: `fanfetch --retry-failed http_4xx,timeout -o images`. `classes`:
/// as --retry-failed takes them.
[[nodiscard]] std::string retry_command(std::string_view classes, const RunPlace& place);

/// What lists them: `fanfetch export images --failed`. `filter`: options of export.
[[nodiscard]] std::string export_command(const RunPlace& place, std::string_view filter);

/// `fanfetch status images --by-host`; `options`: of status.
[[nodiscard]] std::string status_command(const RunPlace& place, std::string_view options);

/// `text` as one word of a shell's command line, quoted where it has to be.
[[nodiscard]] std::string shell_word(std::string_view text);

}  // namespace fanfetch
