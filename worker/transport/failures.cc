#include "worker/transport/failures.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "common/result.h"
#include "worker/transport/tls_failures.h"

namespace fanfetch {

namespace {

bool is_tls(CURLcode code) {
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_SSL_CERTPROBLEM ||
         code == CURLE_SSL_CIPHER || code == CURLE_SSL_ISSUER_ERROR;
}

}  // namespace

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

Failed transfer_failure(CURLcode code, std::string text, Response response) {
  Failed failed{.retry = Retry::yes, .message = std::move(text), .response = std::move(response)};
  if (failed.message.empty()) failed.message = curl_easy_strerror(code);
  const bool answered = failed.response.http_status != 0;
  // In TLS 1.3 a server may refuse us once the handshake is over, in the midst of things.
  const bool refused = !answered && failed.message.find(" alert ") != std::string::npos;
  if (is_tls(code) || refused) {
    auto trouble = tls_trouble(failed.message, Peer::server, "the server");
    failed.error = ErrorClass::tls;
    // A certificate stays what it is.
    failed.retry = code == CURLE_SSL_CONNECT_ERROR || refused ? trouble.retry : Retry::no;
    failed.message = std::move(trouble.message);
    return failed;
  }
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: failed.error = ErrorClass::dns; break;
    case CURLE_OPERATION_TIMEDOUT: failed.error = ErrorClass::timeout; break;
    case CURLE_COULDNT_CONNECT:
    case CURLE_PROXY:
    case CURLE_GOT_NOTHING: failed.error = ErrorClass::connect; break;
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
      failed.error = answered ? ErrorClass::truncated : ErrorClass::connect;
      break;
    case CURLE_PARTIAL_FILE: failed.error = ErrorClass::truncated; break;
    default:
      failed.error = ErrorClass::protocol;
      failed.retry = Retry::no;
      break;
  }
  return failed;
}

Failed truncated_failure(std::string message, Response response) {
  return {.error = ErrorClass::truncated,
          .retry = Retry::yes,
          .message = std::move(message),
          .response = std::move(response)};
}

Failed disk_failure(int error, Response response) {
  Failed failed{.error = ErrorClass::disk,
                .message = fmt::format("cannot write the part file: {}", errno_text(error)),
                .response = std::move(response)};
  if (error == EMFILE || error == ENFILE) failed.retry = Retry::yes;
  if (error == EFBIG) failed.error = ErrorClass::too_large;
  return failed;
}

Failed old_part_failure(int error) {
  return {.error = ErrorClass::disk,
          .retry = Retry::yes,
          .message = fmt::format("cannot read the part file of an earlier attempt: {}",
                                 errno_text(error))};
}

}  // namespace fanfetch
