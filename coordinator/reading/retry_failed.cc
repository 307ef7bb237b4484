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

bool RetryFailed::includes(const Record& failed) const {
  switch (which) {
    case Which::curable: return !gone_for_good(failed);
    case Which::all: return true;
    case Which::none: return false;
    case Which::classes:
      return failed.error && classes.test(static_cast<std::size_t>(*failed.error));
  }
  return true;
}

}  // namespace fanfetch
