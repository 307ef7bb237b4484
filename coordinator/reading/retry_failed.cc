#include "coordinator/reading/retry_failed.h"

namespace fanfetch {

bool gone_for_good(const Record& failed) {
  const auto error = failed.error.value_or(ErrorClass::protocol);
  switch (error) {
    case ErrorClass::bad_url:
    case ErrorClass::placeholder: return true;
    case ErrorClass::http_4xx: return failed.http_status == 404 || failed.http_status == 410;
    // An empty body in a picture's place may be the picture the next time.
    case ErrorClass::wrong_type: return failed.retryable != true;
    case ErrorClass::dns: return failed.retryable == false;
    default: return false;
  }
}

bool has_status(const std::bitset<kHttpStatuses>& statuses, const Record& record) {
  const int status = record.http_status.value_or(0);
  return status > 0 && static_cast<std::size_t>(status) < kHttpStatuses &&
         statuses.test(static_cast<std::size_t>(status));
}

bool RetryFailed::includes(const Record& failed) const {
  switch (which) {
    case Which::curable: return !gone_for_good(failed);
    case Which::all: return true;
    case Which::none: return false;
    case Which::classes:
      return (failed.error && classes.test(static_cast<std::size_t>(*failed.error))) ||
             has_status(statuses, failed);
  }
  return true;
}

}  // namespace fanfetch
