#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "coordinator/measure/run_samples.h"

namespace fanfetch {

// What a page shows of its numbers: pure, for tables of tests.

/// The end of an axis from 0 that holds `most` of what is counted: 2, 4, 10, 20, 40, 100 and so on,
/// so that half of it is a whole number, too.
[[nodiscard]] std::uint64_t round_count_end(std::uint64_t most);
/// The same of bytes: 1, 2, 5, 10, 20, 50, 100, 200 or 500 times a power of 1024.
[[nodiscard]] double round_bytes_end(double most);

/// What a run did in one piece of its time.
struct RunStep {
  double begin = 0, end = 0;                       ///< Seconds since the run began.
  std::uint64_t files = 0, bytes = 0, failed = 0;  ///< In this time.

  [[nodiscard]] double bytes_per_second() const {
    return end > begin ? static_cast<double>(bytes) / (end - begin) : 0;
  }
};

/// At most `most` steps, which together are all of `samples`. A damaged ledger's may go back.
[[nodiscard]] std::vector<RunStep> steps_of(const std::vector<RunSample>& samples,
                                            std::size_t most);

/// `304 ms`, `1.5 s`: a time that is mostly under a second.
[[nodiscard]] std::string short_time(std::chrono::milliseconds time);

/// `0.4 %`; not 0 of some, nor 100 of not all.
[[nodiscard]] std::string share_text(std::uint64_t part, std::uint64_t whole);

/// `1 file`, `1,234 files`
[[nodiscard]] std::string plural(std::uint64_t count, std::string_view one);

/// `where`, of 1, as a position in SVG: `12.5%`.
[[nodiscard]] std::string percent(double where);

}  // namespace fanfetch
