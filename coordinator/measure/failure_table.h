#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "common/outcome.h"
#include "coordinator/link/record.h"
#include "coordinator/measure/host_sums.h"

namespace fanfetch {

/// How many failures of a run came with each class and status. Counts only grow, unlike those that
/// are put together from sums of hosts, where a status may become one of the others. Pure.
class FailureTable {
 public:
  /// Counts a settled link, if it failed and is_measured().
  void add(const Record& record);
  /// Those that there are; as FailureKind::http_status, 0: they came with no status.
  [[nodiscard]] std::vector<FailureKind> kinds() const;

 private:
  static constexpr int kFirst = 400, kStatuses = 200;         // see failure_status()
  using ByStatus = std::array<std::uint64_t, kStatuses + 1>;  // at 0: those without one

  std::vector<ByStatus> by_class_ = std::vector<ByStatus>(kErrorClasses);  // 30 KB
};

}  // namespace fanfetch
