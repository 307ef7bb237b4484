#include "coordinator/measure/failure_table.h"

#include "coordinator/link/failure_status.h"

namespace fanfetch {

void FailureTable::add(const Record& record) {
  if (record.status != Status::failed || !is_measured(record)) return;
  const auto error = static_cast<std::size_t>(record.error.value_or(ErrorClass::protocol));
  const auto status = failure_status(record.http_status);
  ++by_class_[error][status ? static_cast<std::size_t>(*status - kFirst + 1) : 0];
}

std::vector<FailureKind> FailureTable::kinds() const {
  std::vector<FailureKind> kinds;
  for (std::size_t error = 0; error < by_class_.size(); ++error) {
    for (std::size_t i = 0; i <= kStatuses; ++i) {
      if (by_class_[error][i] == 0) continue;
      kinds.push_back({static_cast<ErrorClass>(error),
                       i == 0 ? 0 : kFirst + static_cast<int>(i) - 1, by_class_[error][i]});
    }
  }
  return kinds;
}

}  // namespace fanfetch
