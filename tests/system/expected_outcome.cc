#include "tests/system/expected_outcome.h"

#include <span>

namespace fanfetch::system {
namespace {

using Problem = ResponseReader::Problem;
using State = ResponseReader::State;

/// The class of a status that brings no file.
ExpectedOutcome status_outcome(int status) {
  if (status == 429) return {.error = "rate_limited", .retryable = true};
  if (status >= 500) return {.error = "http_5xx", .retryable = status != 501 && status != 505};
  if (status >= 400) return {.error = "http_4xx", .retryable = status == 408 || status == 425};
  return {.error = "protocol"};
}

}  // namespace

ReadResponse read_response(std::string_view bytes) {
  ReadResponse response;
  ResponseReader reader;
  for (std::span left = std::as_bytes(std::span(bytes)); !left.empty();) {
    const auto piece = reader.next(left);
    response.body.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    if (reader.has_head()) response.status = reader.head().status();
    response.is_framed = response.is_framed || reader.is_framed();
    if (reader.state() == State::done || reader.state() == State::broken) break;
  }
  reader.end_of_connection();
  response.problem = reader.problem();
  return response;
}

ExpectedOutcome expected_outcome(const ReadResponse& response) {
  const int status = response.status;
  // What becomes of a body that nobody wants does not outrank the status.
  if (status != 0 && status != 200 && status != 203) return status_outcome(status);
  switch (response.problem) {
    case Problem::none: return {.body = response.body};
    case Problem::no_response: return {.error = "connect", .retryable = true};
    case Problem::truncated: return {.error = "truncated", .retryable = true};
    case Problem::too_large: return {.error = "too_large"};
    case Problem::protocol: break;
  }
  // A body that goes bad may be good the next time; what a head says is meant.
  if (response.is_framed) return {.error = "truncated", .retryable = true};
  return {.error = "protocol"};
}

}  // namespace fanfetch::system
