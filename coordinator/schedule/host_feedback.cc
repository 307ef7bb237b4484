#include "coordinator/schedule/host_feedback.h"

#include "coordinator/link/retry_wait.h"

namespace fanfetch {
namespace {

using Kind = HostFeedback::Kind;

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
    // A name that does not exist: the next link of the host is answered from the DNS cache.
    case ErrorClass::dns: return failed.retry == Retry::yes ? Kind::failed : Kind::none;
    case ErrorClass::connect:
    case ErrorClass::tls: return Kind::failed;
    case ErrorClass::truncated:
      if (failed.unproved) return Kind::healthy;  // it closes that way, however much is asked of it
      [[fallthrough]];
    case ErrorClass::timeout: return answered ? Kind::strained : Kind::failed;
    // Known by its URL, it was never requested; known by its hash, it is a sound response.
    case ErrorClass::placeholder: return answered ? Kind::healthy : Kind::none;
    case ErrorClass::bad_url:
    case ErrorClass::filtered:
    case ErrorClass::no_link:
    case ErrorClass::duplicate:
    case ErrorClass::refused:
    case ErrorClass::disk:
    case ErrorClass::crashed_worker: return Kind::none;
    default: return answered ? Kind::healthy : Kind::failed;  // only the content is bad
  }
}

}  // namespace

HostFeedback host_feedback(const Outcome& outcome, WallTime now) {
  if (const auto* saved = std::get_if<Saved>(&outcome)) {
    return {.kind = Kind::healthy, .bytes = saved->bytes};
  }
  if (const auto* failed = std::get_if<Failed>(&outcome)) {
    HostFeedback feedback{.kind = kind_of(*failed)};
    if (feedback.kind == Kind::healthy || feedback.kind == Kind::none) return feedback;
    feedback.failure = *failed;
    const bool may_throttle = feedback.kind == Kind::throttled ||
                              feedback.kind == Kind::unavailable ||
                              feedback.kind == Kind::forbidden;
    if (may_throttle) feedback.retry_after = parse_retry_after(failed->response.retry_after, now);
    if (feedback.retry_after) feedback.kind = Kind::throttled;
    return feedback;
  }
  if (const auto* skipped = std::get_if<Skipped>(&outcome)) {
    if (skipped->response.http_status == 0) return {};  // it was never requested
  }
  if (std::holds_alternative<GivenUp>(outcome)) return {};  // that was our wish
  return {.kind = Kind::healthy};  // kept, redirected, or skipped for its content
}

}  // namespace fanfetch
