#include "worker/transfer.h"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

#include "common/ip_network.h"
#include "common/result.h"
#include "worker/head/answer.h"
#include "worker/transport/failures.h"
#include "worker/transport/proxy_failures.h"

namespace fanfetch {
namespace {

constexpr int kNotModified = 304;
constexpr int kProxyAuthenticationRequired = 407;

}  // namespace

Transfer::Transfer(Job job, EasyHandle easy, FileStore& store, KnownHosts& hosts)
    : job_(std::move(job)),
      easy_(std::move(easy)),
      store_(store),
      hosts_(hosts),
      body_(job_, easy_.get(), store) {}

Transfer::~Transfer() {
  if (uses_host_) hosts_.forget(job_);
}

// --- The request ---

Transfer::Ready Transfer::prepare() {
  if (!std::exchange(looked_, true)) {
    if (auto old = store_.reopen(job_.part_name, old_part_error_)) check_.emplace(std::move(*old));
    if (old_part_error_ != 0) return Ready::failed;
  }
  if (check_) {
    const PartCheck::State state = check_->step();
    if (state == PartCheck::State::busy) return Ready::no;
    if (state == PartCheck::State::proved) body_.go_on_with(check_->take());
    if (state == PartCheck::State::unreadable) old_part_error_ = check_->error();
    check_.reset();
    if (old_part_error_ != 0) return Ready::failed;
  }
  ask();
  return Ready::yes;
}

void Transfer::ask() {
  headers_ = set_request(easy(), job_, body_.rest());
  use_addresses();
  curl_easy_setopt(easy(), CURLOPT_ERRORBUFFER, error_text_);
  curl_easy_setopt(easy(), CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  curl_easy_setopt(easy(), CURLOPT_WRITEDATA, this);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  curl_easy_setopt(easy(), CURLOPT_OPENSOCKETDATA, this);
  if (pace_.take) {
    curl_easy_setopt(easy(), CURLOPT_BUFFERSIZE, static_cast<long>(pace_.largest_piece));
    curl_easy_setopt(easy(), CURLOPT_TIMEOUT_MS, 0L);
    curl_easy_setopt(easy(), CURLOPT_LOW_SPEED_TIME, 0L);
  }
}

/// libcurl learns whom to connect to. It comes right before libcurl gets the handle, and so reads
/// the list.
void Transfer::use_addresses() {
  if (std::exchange(uses_host_, true)) hosts_.forget(job_);
  addresses_ = make_list(hosts_.use(job_));
  set_addresses(easy(), job_, addresses_.get());
}

/// The part does not belong to what the server has now, or the end of what it sends cannot be told.
void Transfer::start_over() {
  body_.start_over();
  error_text_[0] = '\0';
  ask();
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  // The coordinator has chosen the addresses; whatever went wrong here, no other one is reached.
  const auto ip = ip_of(address->addr);
  if (!ip || !transfer.hosts_.may_reach(transfer.job_, *ip)) {
    transfer.refused_address_ = ip ? to_text(*ip) : "an address of an unknown kind";
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count,
                              void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::span bytes(reinterpret_cast<const std::byte*>(data), size * count);
  if (transfer.pace_.take && !transfer.pace_.take(bytes.size())) return CURL_WRITEFUNC_PAUSE;
  transfer.new_bytes_ += bytes.size();
  // Any other number than all makes libcurl stop with CURLE_WRITE_ERROR.
  return transfer.body_.take(bytes) ? bytes.size() : bytes.size() + 1;
}

// --- The end ---

void Transfer::leave_part_at_stop() {
  if (check_) check_->keep();
  body_.leave_part_at_stop();
}

std::optional<Outcome> Transfer::finish(CURLcode code, const std::string& why) {
  if (!why.empty()) error_text_[why.copy(error_text_, sizeof error_text_ - 1)] = '\0';
  body_.end(code == CURLE_OK);
  if (body_.end_is_uncertain()) job_.http2 = Http2::no;
  if (body_.end_is_uncertain() || body_.goes_not_on()) {
    start_over();
    return std::nullopt;
  }
  Outcome outcome = conclude(code);
  if (auto* failed = std::get_if<Failed>(&outcome)) body_.leave_part(*failed);
  // The place it points to may have the rest.
  if (std::holds_alternative<Redirected>(outcome)) body_.keep_part();
  return outcome;
}

Outcome Transfer::conclude(CURLcode code) {
  if (old_part_error_ != 0) return old_part_failure(old_part_error_);
  Response response = read_response(easy(), job_.url);
  if (body_.is_refused()) return body_.refusal(std::move(response));
  if (code != CURLE_OK && !body_.had_enough()) return curl_failure(code, std::move(response));
  if (is_redirect(response.http_status) && !response.location.empty()) {
    return Redirected{std::move(response)};
  }
  if (response.http_status == kNotModified && is_conditional(job_)) {
    return Kept{std::move(response)};
  }
  if (body_.is_rest() || is_whole_body(response.http_status)) {
    return body_.finish(std::move(response));
  }
  if (response.http_status == kProxyAuthenticationRequired && !job_.proxy.empty()) {
    return proxy_wants_password(proxy_of(job_), std::move(response));
  }
  return status_failure(std::move(response));
}

Failed Transfer::curl_failure(CURLcode code, Response response) const {
  if (!refused_address_.empty()) {
    return {.error = ErrorClass::refused,
            .message = fmt::format("{} is none of the addresses that {} may be reached at",
                                   refused_address_, job_.connect_host),
            .response = std::move(response),
            .refused_address = refused_address_};
  }
  Failed failed = transfer_failure(code, error_text_, std::move(response));
  if (job_.proxy.empty()) return failed;
  const ProxyName proxy = proxy_of(job_);
  ProxySigns signs;
  long number = 0;
  curl_easy_getinfo(easy(), CURLINFO_HTTP_CONNECTCODE, &number);
  signs.connect_status = static_cast<int>(number);
  number = 0;
  curl_easy_getinfo(easy(), CURLINFO_PROXY_ERROR, &number);
  signs.socks = static_cast<CURLproxycode>(number);
  if (auto proxys = proxy_failure(code, error_text_, proxy, signs)) return std::move(*proxys);
  if (failed.response.http_status == 0) {
    failed.message += fmt::format(" (by way of the proxy {})", proxy.place);
  }
  return failed;
}

}  // namespace fanfetch
