#include "worker/transfer.h"

#include <utility>

#include "worker/head/head_values.h"
#include "worker/transport/failures.h"
#include "worker/transport/proxy_failures.h"

namespace fanfetch {
namespace {

constexpr int kNotModified = 304;
constexpr int kProxyAuthenticationRequired = 407;

}  // namespace

Transfer::Transfer(Job job, CurlEasy easy, FileStore& store, KnownHosts& hosts)
    : job_(std::move(job)),
      store_(store),
      exchange_(job_, std::move(easy), hosts, *this),
      body_(job_, store) {}

// --- The request ---

Transfer::Ready Transfer::prepare() {
  if (!std::exchange(looked_, true)) {
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
  ask();
  return Ready::yes;
}

void Transfer::ask() {
  ++requests_;
  exchange_.prepare(body_.rest(), this,
                    pace_.take ? std::optional(pace_.largest_piece) : std::nullopt);
}

Taken Transfer::on_body(std::span<const std::byte> bytes) noexcept {
  if (pace_.take && !pace_.take(bytes.size())) return Taken::later;
  new_bytes_ += bytes.size();
  return body_.take(bytes) ? Taken::all : Taken::no_more;
}

// --- The end ---

void Transfer::leave_part_at_stop() {
  if (check_) check_->keep();
  body_.leave_part_at_stop();
}

/// By HTTP/1.1, whose ends are certain: what says HTTP/2 though we did not offer it cannot speak
/// it.
bool Transfer::must_start_over() const {
  if (requests_ >= kMaxJobRequests) return false;
  return body_.part_is_outdated() || (body_.end_is_uncertain() && job_.http2 == Http2::yes);
}

std::optional<Outcome> Transfer::finish(ExchangeEnd end) {
  end = exchange_.finish(std::move(end));
  body_.end(end);
  if (must_start_over()) {
    job_.http2 = Http2::no;
    body_.start_over();
    ask();
    return std::nullopt;
  }
  Outcome outcome = conclude(end);
  if (auto* failed = std::get_if<Failed>(&outcome)) body_.leave_part(*failed);
  // The URL it points to may have the rest.
  if (std::holds_alternative<Redirected>(outcome)) body_.keep_part();
  return outcome;
}

Outcome Transfer::conclude(const ExchangeEnd& end) {
  if (old_part_error_ != 0) return old_part_failure(old_part_error_);
  const ResponseHead& head = exchange_.head();
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
