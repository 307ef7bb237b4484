#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "coordinator/link/record.h"
#include "coordinator/report/host_tally.h"

namespace fanfetch {

/// How many failures there are of each kind.
struct FailureCounts {
  std::uint64_t all = 0;
  std::array<std::uint64_t, kErrorClasses> by_class{};
  /// Those of a class that came with such an HTTP status, from 400 on.
  std::map<std::pair<ErrorClass, int>, std::uint64_t> by_status;
  HostTally by_host;  ///< Of the links as listed.

  /// REQUIRES: record.error.
  void add(const Record& record);
};

/// Counts records. Owned by the thread that settles links.
class Tally {
 public:
  void add(const Record& record);

  [[nodiscard]] std::uint64_t count(Status status) const;
  [[nodiscard]] std::uint64_t failed_as(ErrorClass error) const;
  /// Failures that no earlier run had, and those that one had, tried again or not (Record::stood).
  [[nodiscard]] const FailureCounts& new_failures() const { return new_failures_; }
  [[nodiscard]] const FailureCounts& old_failures() const { return old_failures_; }
  /// Old failures that could not be tried again: see Record::left_out.
  [[nodiscard]] std::uint64_t left_out() const { return left_out_; }
  /// Other old failures that were not tried again.
  [[nodiscard]] std::uint64_t untried_failures() const { return untried_failures_; }
  /// Links that this run asked for, and its other new failures.
  [[nodiscard]] std::uint64_t tried() const { return tried_; }
  /// Links for which a request was made.
  [[nodiscard]] std::uint64_t fetched() const { return fetched_; }
  [[nodiscard]] std::uint64_t skipped_as(ErrorClass error) const;
  [[nodiscard]] std::uint64_t total() const;
  /// Bytes of the files saved.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Files that were fetched, not adopted, and their bytes.
  [[nodiscard]] std::uint64_t fetched_files() const { return fetched_files_; }
  [[nodiscard]] std::uint64_t fetched_bytes() const { return fetched_bytes_; }
  /// Refused addresses and their counts; only the first 100 different addresses.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& refused() const { return refused_; }

 private:
  std::array<std::uint64_t, 4> by_status_{};
  FailureCounts new_failures_, old_failures_;
  std::uint64_t untried_failures_ = 0, left_out_ = 0;
  std::uint64_t tried_ = 0, fetched_ = 0;
  std::array<std::uint64_t, kErrorClasses> skipped_by_class_{};
  std::map<std::string, std::uint64_t> refused_;
  std::uint64_t bytes_ = 0;
  std::uint64_t fetched_files_ = 0, fetched_bytes_ = 0;
};

/// `--max-failed N|N%|new:N|new:N%`: how many failures still count as success.
struct MaxFailed {
  std::uint64_t count = 0;
  double percent = -1;    ///< Of all links of the list; negative: use `count`.
  bool only_new = false;  ///< Old failures do not count, and `percent` is of Tally::tried().

  [[nodiscard]] bool exceeded_by(const Tally& tally) const;
  /// The same, whatever the rest of the list brings.
  [[nodiscard]] bool exceeded_for_good_by(const Tally& tally) const {
    return percent < 0 && exceeded_by(tally);
  }
};

}  // namespace fanfetch
