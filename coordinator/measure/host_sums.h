#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "common/outcome.h"
#include "coordinator/link/record.h"
#include "coordinator/measure/first_byte_times.h"

namespace fanfetch {

/// Failures of one class that came with one HTTP status.
struct FailureKind {
  ErrorClass error = ErrorClass::protocol;
  /// See failure_status(); 0: there is none, or the host had more different ones than are kept.
  int http_status = 0;
  std::uint64_t count = 0;

  bool operator==(const FailureKind&) const = default;
};

/// What links of one host, or of several, have cost and brought in a run. Of a link that was
/// redirected, all counts for the host that the list names.
struct HostSums {
  std::uint64_t requests = 0;  ///< With those of retries and redirects.
  std::uint64_t files = 0;     ///< Saved.
  std::uint64_t bytes = 0;     ///< Of these.
  std::uint64_t failed = 0;    ///< Links; without those that failed earlier and were not tried.
  std::uint64_t retries = 0;   ///< Attempts after the first one of a link.
  std::vector<FailureKind> failures;  ///< Of `failed`, by class and status.
  FirstByteTimes first_byte;          ///< Of each link's last attempt.
  /// That the last attempts at saved files took, all together: bytes by this is the speed of one
  /// transfer.
  std::chrono::milliseconds transfer_time{0};

  /// Different statuses of a host that are told apart: a server may send any. Further ones count
  /// with the status 0.
  static constexpr std::size_t kMostKinds = 16;

  /// REQUIRES: is_measured(record). Allocates only for a failure of a new kind.
  void add(const Record& record);
  /// `most_kinds`: as kMostKinds.
  void add(const HostSums& more, std::size_t most_kinds = kMostKinds);
  /// Bytes a second of one transfer; 0: nothing was saved, or not measured.
  [[nodiscard]] double bytes_per_second() const;

  bool operator==(const HostSums&) const = default;

 private:
  void add_failures(const FailureKind& more, std::size_t most_kinds);
};

/// Whether anything of a record is summed: a request was made for it, or it failed in this run.
/// The many links that are kept or skipped without a request cost no more than this question.
[[nodiscard]] inline bool is_measured(const Record& record) {
  const bool failed = record.status == Status::failed && (record.attempts > 0 || !record.stood);
  return failed || record.requests.value_or(0) > 0;
}

}  // namespace fanfetch
