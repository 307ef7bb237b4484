#include "coordinator/measure/host_sums.h"

#include <algorithm>

#include "coordinator/link/failure_status.h"

namespace fanfetch {

void HostSums::add(const Record& record) {
  requests += record.requests.value_or(0);
  if (record.attempts > 1) retries += static_cast<std::uint64_t>(record.attempts - 1);
  if (record.times.first_byte) first_byte.add(*record.times.first_byte);
  if (record.status == Status::saved) {
    ++files;
    bytes += record.bytes.value_or(0);
    transfer_time += record.times.duration.value_or(std::chrono::milliseconds(0));
  } else if (record.status == Status::failed) {
    ++failed;
    add_failures({record.error.value_or(ErrorClass::protocol),
                  failure_status(record.http_status).value_or(0), 1},
                 kMostKinds);
  }
}

void HostSums::add(const HostSums& more, std::size_t most_kinds) {
  requests += more.requests;
  files += more.files;
  bytes += more.bytes;
  failed += more.failed;
  retries += more.retries;
  for (const FailureKind& kind : more.failures) add_failures(kind, most_kinds);
  first_byte.add(more.first_byte);
  transfer_time += more.transfer_time;
}

void HostSums::add_failures(const FailureKind& more, std::size_t most_kinds) {
  const auto same = [&](int status) {
    return std::ranges::find_if(failures, [&](const FailureKind& kind) {
      return kind.error == more.error && kind.http_status == status;
    });
  };
  if (const auto known = same(more.http_status); known != failures.end()) {
    known->count += more.count;
    return;
  }
  const bool told_apart = more.http_status == 0 || failures.size() < most_kinds;
  const int status = told_apart ? more.http_status : 0;
  if (const auto known = told_apart ? failures.end() : same(0); known != failures.end()) {
    known->count += more.count;
  } else {
    failures.push_back({more.error, status, more.count});
  }
}

double HostSums::bytes_per_second() const {
  const auto took = std::chrono::duration<double>(transfer_time).count();
  return took > 0 ? static_cast<double>(bytes) / took : 0;
}

}  // namespace fanfetch
