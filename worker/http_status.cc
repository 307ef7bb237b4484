#include "worker/http_status.h"

#include <fmt/format.h>

namespace fanfetch {

bool is_whole_body(int http_status) {
  // 203 is a 200 that a proxy has changed. 201, 202 and 204 carry no file, 206 only a piece.
  return http_status == 200 || http_status == 203;
}

bool is_redirect(int http_status) {
  return http_status == 301 || http_status == 302 || http_status == 303 || http_status == 307 ||
         http_status == 308;
}

Failed status_failure(Response response) {
  const int status = response.http_status;
  Failed failed{.message = fmt::format("the server says {}", status),
                .response = std::move(response)};
  if (status == 429) {
    failed.error = ErrorClass::rate_limited;
    failed.retry = Retry::yes;
  } else if (status >= 400 && status < 500) {
    failed.error = ErrorClass::http_4xx;
    // 408 Request Timeout and 425 Too Early ask for another try.
    failed.retry = status == 408 || status == 425 ? Retry::yes : Retry::no;
  } else if (status >= 500 && status < 600) {
    failed.error = ErrorClass::http_5xx;
    // 501 Not Implemented and 505 HTTP Version Not Supported will say so again.
    failed.retry = status == 501 || status == 505 ? Retry::no : Retry::yes;
  } else {
    failed.error = ErrorClass::protocol;
    failed.message += ", which is no file";
  }
  return failed;
}

}  // namespace fanfetch
