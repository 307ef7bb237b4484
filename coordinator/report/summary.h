#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/human_text.h"  // for all users of this header, as printable()
#include "common/utf8.h"        // printable(), for all users of this header
#include "coordinator/link/record.h"
#include "coordinator/report/tally.h"

namespace fanfetch {

/// One failed link, for people: `failed: URL: http_4xx: the server says 404 (1 attempt)`. Safe to
/// print, whatever the server or the list contains.
[[nodiscard]] std::string describe_failure(const Record& record);

/// `3 failed`, or `3 failed, 12 stand from earlier runs`: the former are new. `stood`: of `failed`.
[[nodiscard]] std::string failed_text(std::uint64_t failed, std::uint64_t stood);

/// Of the latter: `from earlier runs: 12 http_4xx (404: 9, 410: 3)`, and that those which
/// this run did not try are not tried again by themselves. REQUIRES: there are some.
[[nodiscard]] std::string old_failures_line(const Tally& tally);

/// The lines shown after a run: new failures, old ones and skipped links by class, hints such as
///     12 refused at 10.0.3.7: --allow-net 10.0.3.0/24 lets links reach it
/// and last
///     Took 1.9s: 91 saved, 0 kept, 3 skipped, 0 failed (12.4 MiB) in images
[[nodiscard]] std::vector<std::string> summary_lines(const Tally& tally, Duration took,
                                                     const std::string& output);

}  // namespace fanfetch
