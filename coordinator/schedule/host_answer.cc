#include "coordinator/schedule/host_answer.h"

#include "coordinator/schedule/retry_policy.h"

namespace fanfetch {
namespace {

using Kind = HostAnswer::Kind;

Kind kind_of_status(int status) {
  switch (status) {
    case 429: return Kind::throttled;
    case 503: return Kind::unavailable;
    case 403: return Kind::forbidden;
    case 500:
    case 502:
    case 504: return Kind::strained;
    default: return Kind::healthy;
  }
}

Kind kind_of(const Failed& failed) {
  const bool answered = failed.response.http_status != 0;
  switch (failed.error) {
    case ErrorClass::rate_limited:
    case ErrorClass::http_4xx:
    case ErrorClass::http_5xx: return kind_of_status(failed.response.http_status);
    // A name that does not exist needs no patience: the answer is known, and costs nothing.
    case ErrorClass::dns: return failed.retry == Retry::yes ? Kind::failed : Kind::none;
    case ErrorClass::connect:
    case ErrorClass::tls: return Kind::failed;
    case ErrorClass::timeout:
    case ErrorClass::truncated: return answered ? Kind::strained : Kind::failed;
    // By its URL nobody asked for it; by its hash it is an answer like any other.
    case ErrorClass::placeholder: return answered ? Kind::healthy : Kind::none;
    case ErrorClass::bad_url:
    case ErrorClass::filtered:
    case ErrorClass::duplicate:
    case ErrorClass::refused:
    case ErrorClass::disk:
    case ErrorClass::crashed_worker: return Kind::none;
    default: return answered ? Kind::healthy : Kind::failed;  // it is the content that is no good
  }
}

}  // namespace

HostAnswer host_answer(const Outcome& outcome, WallTime now) {
  if (const auto* saved = std::get_if<Saved>(&outcome)) {
    return {.kind = Kind::healthy, .bytes = saved->bytes};
  }
  if (const auto* failed = std::get_if<Failed>(&outcome)) {
    HostAnswer answer{.kind = kind_of(*failed)};
    if (answer.kind == Kind::healthy || answer.kind == Kind::none) return answer;
    answer.failure = *failed;
    const bool throttles = answer.kind == Kind::throttled || answer.kind == Kind::unavailable ||
                           answer.kind == Kind::forbidden;
    if (throttles) answer.retry_after = parse_retry_after(failed->response.retry_after, now);
    if (answer.retry_after) answer.kind = Kind::throttled;
    return answer;
  }
  if (const auto* skipped = std::get_if<Skipped>(&outcome)) {
    if (skipped->response.http_status == 0) return {};  // it was not asked for
  }
  return {.kind = Kind::healthy};  // kept, redirected, or not wanted
}

}  // namespace fanfetch
