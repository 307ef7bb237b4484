#include "worker/transfer.h"

#include <utility>

#include "worker/head/head_values.h"
#include "worker/transport/failures.h"
#include "worker/transport/proxy_failures.h"
#include "worker/transport/request.h"

namespace fanfetch {
namespace {

constexpr int kNotModified = 304;
constexpr int kProxyAuthenticationRequired = 407;

}  // namespace

Transfer::Transfer(Job job, FileStore& store, Transport& transport, Supervisor& supervisor)
    : job_(std::move(job)),
      store_(store),
      transport_(transport),
      supervisor_(supervisor),
      body_(job_, store) {}

// --- The request ---

Transfer::Ready Transfer::prepare() {
  if (!std::exchange(looked_, true) && job_.earlier_part == EarlierPart::possible) {
    if (auto old = store_.reopen(job_.part_name, old_part_error_)) check_.emplace(std::move(*old));
    if (old_part_error_ != 0) return Ready::failed;
  }
  if (check_) {
    const PartCheck::State state = check_->step();
    if (state == PartCheck::State::busy) return Ready::no;
    if (state == PartCheck::State::proved) body_.resume_from(check_->take());
    if (state == PartCheck::State::unreadable) old_part_error_ = check_->error();
    check_.reset();
    if (old_part_error_ != 0) return Ready::failed;
  }
  return Ready::yes;
}

void Transfer::start() {
  earlier_timings_ = timings();
  exchange_.reset();
  exchange_ = transport_.start(job_, make_request(job_, body_.rest()),
                               requests_ == 0 ? Repeat::once : Repeat::never, *this);
}

Timings Transfer::timings() const {
  Timings all = earlier_timings_;
  if (exchange_) add(all, exchange_->timings());
  return all;
}

void Transfer::on_request() noexcept {
  ++requests_;
  supervisor_.on_request(*this);
}

Taken Transfer::on_body(std::span<const std::byte> bytes) noexcept {
  // A stream of HTTP/2 was begun before there was a limit. Held back, it would fill its window of
  // 32 MB, and then time out at the server; it goes on as it began.
  const bool is_stream = exchange_->head().version() == HttpVersion::http_2;
  if (!supervisor_.may_take(*this, bytes.size(), is_stream ? HeldBy::nothing : HeldBy::limit)) {
    return Taken::later;
  }
  new_bytes_ += bytes.size();
  return body_.take(bytes) ? Taken::all : Taken::no_more;
}

// --- The end ---

void Transfer::leave_part_at_stop() {
  if (check_) check_->keep();
  body_.leave_part_at_stop();
}

/// Whether it asks once more, by itself; what is left of the response is dropped then.
bool Transfer::starts_over(const ExchangeEnd& end) {
  if (end.cause == EndCause::not_http2 && requests_ < kMaxJobRequests) {  // it asked nothing
    job_.http2 = Http2::no;
    return true;
  }
  // What says HTTP/2 though we did not offer it cannot speak it.
  const bool by_http1 = body_.end_is_uncertain() && job_.http2 == Http2::yes;
  if (requests_ >= kMaxJobRequests || !(by_http1 || body_.part_is_outdated())) return false;
  job_.http2 = Http2::no;  // the ends of HTTP/1.1 are certain
  body_.start_over();
  return true;
}

std::optional<Outcome> Transfer::finish(const ExchangeEnd& end) {
  body_.end(end);
  if (starts_over(end)) return std::nullopt;
  Outcome outcome = conclude(end);
  if (auto* failed = std::get_if<Failed>(&outcome)) body_.leave_part(*failed);
  // The URL it points to may have the rest.
  if (std::holds_alternative<Redirected>(outcome)) body_.keep_part();
  return outcome;
}

Outcome Transfer::conclude(const ExchangeEnd& end) {
  if (old_part_error_ != 0) return old_part_failure(old_part_error_);
  static const ResponseHead none;
  const ResponseHead& head = exchange_ ? exchange_->head() : none;
  Response response = response_of(head, job_.url);
  if (body_.is_refused()) return body_.refusal(std::move(response));
  if (body_.is_wanted() && end.cause == EndCause::complete) {
    return body_.finish(std::move(response));
  }
  // What becomes of a body that nobody wants does not outrank the status.
  if (body_.is_wanted() || head.status() == 0) {
    return exchange_failure(end, job_, std::move(response));
  }
  if (head.is_too_long()) return long_head_failure(std::move(response));
  return conclude_status(std::move(response));
}

Outcome Transfer::conclude_status(Response response) const {
  if (is_redirect(response.http_status) && !response.location.empty()) {
    return Redirected{std::move(response)};
  }
  if (response.http_status == kNotModified && is_conditional(job_)) {
    return Kept{std::move(response)};
  }
  if (response.http_status == kProxyAuthenticationRequired && !job_.proxy.empty()) {
    return proxy_wants_password(proxy_of(job_), std::move(response));
  }
  return status_failure(std::move(response));
}

}  // namespace fanfetch
