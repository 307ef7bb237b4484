#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "coordinator/link/record.h"

namespace fanfetch {

/// Counts records. Owned by the thread that settles links.
class Tally {
 public:
  void add(const Record& record);

  [[nodiscard]] std::uint64_t count(Status status) const;
  [[nodiscard]] std::uint64_t failed_as(ErrorClass error) const;
  [[nodiscard]] std::uint64_t skipped_as(ErrorClass error) const;
  [[nodiscard]] std::uint64_t total() const;
  /// Bytes of the files saved.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Refused addresses and their counts; only the first 100 different addresses.
  [[nodiscard]] const std::map<std::string, std::uint64_t>& refused() const { return refused_; }

 private:
  std::array<std::uint64_t, 4> by_status_{};
  std::array<std::uint64_t, kErrorClasses> failed_by_class_{};
  std::array<std::uint64_t, kErrorClasses> skipped_by_class_{};
  std::map<std::string, std::uint64_t> refused_;
  std::uint64_t bytes_ = 0;
};

/// `--max-failed N|N%`: how many failures still count as success.
struct MaxFailed {
  std::uint64_t count = 0;
  double percent = -1;  ///< Of all links of the list; negative: use `count`.

  [[nodiscard]] bool exceeded_by(const Tally& tally) const;
};

}  // namespace fanfetch
