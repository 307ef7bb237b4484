#include "worker/transport/engine/curl_exchange.h"

#include <utility>

#include "common/curl/curl_head.h"
#include "common/ip_network.h"
#include "worker/transport/engine/curl_transport.h"

namespace fanfetch {

CurlExchange::CurlExchange(CurlTransport& transport, const Job& job, const HttpRequest& request,
                           Repeat repeat, ResponseTaker& taker)
    : transport_(transport),
      job_(job),
      taker_(taker),
      easy_(transport.setup_.make(job)),
      headers_(request.lines),
      addresses_(transport.hosts_.use(job)),
      most_requests_(repeat == Repeat::once ? 2 : 1) {
  easy_.set_headers(headers_);
  if (!request.userinfo.empty()) easy_.set_basic_auth(request.userinfo);
  set_addresses(easy_, job_, addresses_);
  easy_.set_http(transport.only_http2_ ? CurlEasy::Http::v2_over_tls : CurlEasy::Http::v1_1);
  easy_.set_buffer_size(transport.piece_bytes_);
  easy_.set_owner(this);
  easy_.set_body_handler(*this);
  easy_.set_address_guard(*this);
  easy_.set_request_guard(*this);
  transport_.multis_.add(easy_);
}

CurlExchange::~CurlExchange() {
  transport_.multis_.remove(easy_);
  transport_.hosts_.forget(job_);
  transport_.forget(*this);
}

void CurlExchange::resume() {
  if (auto end = easy_.resume()) transport_.end(*this, std::move(*end));
}

ExchangeEnd CurlExchange::finish(ExchangeEnd end) {
  if (!has_head_) (void)hand_over_head();
  if (is_http1_) {
    end.cause = EndCause::not_http2;
    end.text = "its server speaks HTTP/1.1 alone";
    transport_.note_http1(job_);
  } else if (is_repeated_) {
    end = {.cause = EndCause::connection_lost, .text = "its connections break"};
  } else if (head_.status() != 0 && !is_wanted_) {
    end = {};  // it was broken off behind the head
  }
  end.length_verified = end.cause == EndCause::complete && head_.tells_body_end();
  end.refused_address = refused_address_;
  end.connected = requests_ > 0;
  return end;
}

/// False: the body is not wanted.
bool CurlExchange::hand_over_head() {
  head_ = read_head(easy_);
  has_head_ = true;
  is_wanted_ = head_.status() != 0 && taker_.on_head(head_);
  return is_wanted_;
}

Taken CurlExchange::on_body(std::span<const std::byte> bytes) noexcept {
  if (!has_head_ && !hand_over_head() && head_.body_length() == bytes.size()) {
    return Taken::all;  // it costs nothing more, and the connection can be used again
  }
  return is_wanted_ ? taker_.on_body(bytes) : Taken::no_more;
}

bool CurlExchange::may_connect(const sockaddr& address) noexcept {
  // The coordinator has chosen the addresses; whatever went wrong here, no other one is reached.
  const auto ip = ip_of(address);
  if (ip && transport_.hosts_.may_reach(job_, *ip)) return true;
  refused_address_ = ip ? to_text(*ip) : "an address of an unknown kind";
  return false;
}

bool CurlExchange::may_send(std::string_view protocol) noexcept {
  is_http1_ = transport_.only_http2_ && protocol != "h2";
  // libcurl sends a request up to six times where old connections turn out dead.
  is_repeated_ = requests_ == most_requests_;
  if (is_http1_ || is_repeated_) return false;
  ++requests_;
  taker_.on_request(transport_.loop_.now());
  return true;
}

}  // namespace fanfetch
