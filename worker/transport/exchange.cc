#include "worker/transport/exchange.h"

#include <utility>

#include "common/curl/curl_head.h"
#include "common/ip_network.h"

namespace fanfetch {

Exchange::Exchange(const Job& job, CurlEasy easy, KnownHosts& hosts, ResponseTaker& taker)
    : job_(job), easy_(std::move(easy)), hosts_(hosts), taker_(taker) {}

Exchange::~Exchange() {
  if (uses_host_) hosts_.forget(job_);
}

void Exchange::prepare(const Rest& rest, void* owner, std::optional<std::size_t> paced_piece) {
  has_head_ = false;
  refused_address_.clear();
  headers_ = set_request(easy_, job_, rest);
  // Right before libcurl gets the handle, and so reads the list.
  if (std::exchange(uses_host_, true)) hosts_.forget(job_);
  addresses_ = CurlList(hosts_.use(job_));
  set_addresses(easy_, job_, addresses_);
  easy_.set_owner(owner);
  easy_.set_body_handler(*this);
  easy_.set_address_guard(*this);
  if (paced_piece) {
    easy_.set_buffer_size(*paced_piece);
    easy_.set_timeout(std::chrono::milliseconds(0));
    easy_.set_stall_limit(std::chrono::seconds(0), 0);
  }
}

ExchangeEnd Exchange::finish(ExchangeEnd end) {
  if (!has_head_) (void)hand_over_head();
  end.length_verified = end.cause == EndCause::complete && head_.tells_body_end();
  end.refused_address = refused_address_;
  return end;
}

bool Exchange::hand_over_head() {
  head_ = read_head(easy_);
  has_head_ = true;
  wants_body_ = head_.status() != 0 && taker_.on_head(head_);
  return wants_body_;
}

Taken Exchange::on_body(std::span<const std::byte> bytes) noexcept {
  if (!has_head_ && !hand_over_head() && head_.body_length() == bytes.size()) {
    return Taken::all;  // it costs nothing more, and the connection can be used again
  }
  return wants_body_ ? taker_.on_body(bytes) : Taken::no_more;
}

bool Exchange::may_connect(const sockaddr& address) noexcept {
  // The coordinator has chosen the addresses; whatever went wrong here, no other one is reached.
  const auto ip = ip_of(address);
  if (ip && hosts_.may_reach(job_, *ip)) return true;
  refused_address_ = ip ? to_text(*ip) : "an address of an unknown kind";
  return false;
}

}  // namespace fanfetch
