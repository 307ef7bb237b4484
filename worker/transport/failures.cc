#include "worker/transport/failures.h"

#include <fmt/format.h>

#include <cerrno>
#include <utility>

#include "common/http/response_head.h"
#include "common/human_text.h"
#include "common/result.h"
#include "worker/transport/proxy_failures.h"
#include "worker/transport/tls_failures.h"

namespace fanfetch {
namespace {

bool is_tls(EndCause cause) {
  return cause == EndCause::tls_handshake || cause == EndCause::tls_not_verified ||
         cause == EndCause::tls_setup;
}

}  // namespace

bool is_whole_body(int http_status) {
  // 203 is a 200 that a proxy has changed. 201, 202 and 204 carry no file, 206 only a piece.
  return http_status == 200 || http_status == 203;
}

bool is_redirect(int http_status) {
  // A 300 with a Location says which of its choices the server prefers (RFC 9110, 15.4.1).
  return http_status == 300 || http_status == 301 || http_status == 302 || http_status == 303 ||
         http_status == 307 || http_status == 308;
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
    // 408 Request Timeout and 425 Too Early ask for another attempt.
    failed.retry = status == 408 || status == 425 ? Retry::yes : Retry::no;
  } else if (status >= 500 && status < 600) {
    failed.error = ErrorClass::http_5xx;
    // 501 Not Implemented and 505 HTTP Version Not Supported will be the same next time.
    failed.retry = status == 501 || status == 505 ? Retry::no : Retry::yes;
  } else if (status == 202 && !failed.response.retry_after.empty()) {
    failed.error = ErrorClass::protocol;
    failed.retry = Retry::yes;  // the file is being made, and there then
    failed.message += ": the file is not ready yet";
  } else {
    failed.error = ErrorClass::protocol;
    failed.message += ", which is no file";
  }
  return failed;
}

Failed exchange_failure(const ExchangeEnd& end, const Job& job, Response response) {
  if (!end.refused_address.empty()) {
    return {
        .error = ErrorClass::refused,
        .message = fmt::format("by policy: {} is none of the addresses that {} may be reached at",
                               end.refused_address, job.connect_host),
        .response = std::move(response),
        .refused_address = end.refused_address};
  }
  if (job.proxy.empty()) return server_failure(end, std::move(response));
  const ProxyName proxy = proxy_of(job);
  if (auto failed = proxy_failure(end, proxy)) return std::move(*failed);
  Failed failed = server_failure(end, std::move(response));
  if (failed.response.http_status == 0) {
    failed.message += fmt::format(" (by way of the proxy {})", proxy.host_port);
  }
  return failed;
}

Failed server_failure(const ExchangeEnd& end, Response response) {
  Failed failed{.retry = Retry::yes, .message = end.text, .response = std::move(response)};
  const bool responded = failed.response.http_status != 0;
  // In TLS 1.3 a server may refuse us after the handshake, when we are already sending.
  const bool refused = !responded && end.cause == EndCause::connection_lost &&
                       failed.message.find(" alert ") != std::string::npos;
  if (is_tls(end.cause) || refused) {
    auto trouble = tls_trouble(failed.message, Peer::server, "the server");
    failed.error = ErrorClass::tls;
    // A certificate stays what it is.
    failed.retry = end.cause == EndCause::tls_handshake || refused ? trouble.retry : Retry::no;
    failed.message = std::move(trouble.message);
    return failed;
  }
  switch (end.cause) {
    case EndCause::name_lookup:
    case EndCause::proxy_lookup: failed.error = ErrorClass::dns; break;
    case EndCause::timeout: failed.error = ErrorClass::timeout; break;
    case EndCause::connect:
    case EndCause::socks:
    case EndCause::not_http2:
    case EndCause::no_response: failed.error = ErrorClass::connect; break;
    case EndCause::connection_lost:
      failed.error = responded ? ErrorClass::truncated : ErrorClass::connect;
      break;
    case EndCause::cut_short: failed.error = ErrorClass::truncated; break;
    case EndCause::too_large:
      failed.error = ErrorClass::too_large;
      failed.retry = Retry::no;
      break;
    case EndCause::request_body:
      failed.error = ErrorClass::disk;
      failed.retry = Retry::no;
      break;
    default:
      failed.error = ErrorClass::protocol;
      failed.retry = Retry::no;
      break;
  }
  return failed;
}

Failed long_head_failure(Response response) {
  return {.error = ErrorClass::protocol,
          .message = fmt::format("its response has more than {} header lines or {} of headers",
                                 ResponseHead::kMaxLines, human_bytes(ResponseHead::kMaxBytes)),
          .response = std::move(response)};
}

Failed truncated_failure(std::string message, Response response) {
  return {.error = ErrorClass::truncated,
          .retry = Retry::yes,
          .message = std::move(message),
          .response = std::move(response)};
}

Failed unproved_failure(const std::optional<Sha256Digest>& digest, Response response) {
  Failed failed = truncated_failure(
      "its connection was closed without TLS's close_notify: it may have been cut off",
      std::move(response));
  failed.unproved = digest;
  return failed;
}

Failed disk_failure(int error, Response response) {
  Failed failed{.error = ErrorClass::disk,
                .message = fmt::format("cannot write the part file: {}", errno_text(error)),
                .response = std::move(response)};
  if (error == EMFILE || error == ENFILE) failed.retry = Retry::yes;
  if (error == EFBIG) {
    failed.error = ErrorClass::too_large;
    failed.message += " (see ulimit -f, and what the file system can hold)";
  }
  return failed;
}

Failed old_part_failure(int error) {
  return {.error = ErrorClass::disk,
          .retry = Retry::yes,
          .message = fmt::format("cannot read the part file of an earlier attempt: {}",
                                 errno_text(error))};
}

}  // namespace fanfetch
