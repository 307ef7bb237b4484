#include "worker/transport/engine/curl_exchange.h"

#include <fmt/format.h>

#include <utility>

#include "common/curl/curl_head.h"
#include "worker/transport/engine/curl_transport.h"

namespace fanfetch {

CurlExchange::CurlExchange(CurlTransport& transport, const Job& job, const HttpRequest& request,
                           Repeat repeat, ResponseTaker& taker)
    : transport_(transport),
      job_(job),
      taker_(taker),
      easy_(transport.setup_.make(job)),
      headers_(request.lines),
      addresses_(transport.hosts_, job),
      most_requests_(repeat == Repeat::once ? 2 : 1) {
  easy_.set_headers(headers_);
  if (!request.userinfo.empty()) easy_.set_basic_auth(request.userinfo);
  addresses_.set_on(easy_);
  easy_.set_http(transport.only_http2_ ? CurlEasy::Http::v2_over_tls : CurlEasy::Http::v1_1);
  easy_.set_buffer_size(transport.piece_bytes_);
  easy_.set_owner(this);
  easy_.set_response_handler(*this);
  easy_.set_request_guard(*this);
  transport_.multis_.add(easy_);
}

CurlExchange::~CurlExchange() {
  transport_.multis_.remove(easy_);
  transport_.forget(*this);
}

void CurlExchange::resume() {
  if (auto end = easy_.resume()) transport_.end(*this, std::move(*end));
}

Timings CurlExchange::timings() const {
  Timings timings = easy_.connection_timings();
  timings.first_byte = first_byte_;
  return timings;
}

ExchangeEnd CurlExchange::finish(ExchangeEnd end) {
  if (head_.status() == 0) (void)on_head();  // of a head that libcurl gave up, its beginning
  if (is_http1_) {
    end.cause = EndCause::not_http2;
    end.text = "its server speaks HTTP/1.1 alone";
    transport_.note_http1(job_);
  } else if (is_repeated_) {
    end = {.cause = EndCause::connection_lost, .text = "its connections break"};
  } else if (odd_status_ != 0) {
    end = {.cause = EndCause::protocol,
           .text = fmt::format("its status {} means nothing", odd_status_)};
  } else if (head_.status() != 0 && !is_wanted_) {
    end = {};  // it was broken off behind the head
  }
  end.length_verified = end.cause == EndCause::complete && head_.tells_body_end();
  end.refused_address = addresses_.refused();
  end.connected = requests_ > 0;
  return end;
}

bool CurlExchange::on_head() noexcept {
  head_ = read_head(easy_);
  if (const int status = head_.status(); status != 0 && (status < 100 || status > 599)) {
    odd_status_ = status;  // libcurl takes any three digits
    head_ = {};
  }
  if (head_.status() != 0 && !first_byte_) {
    first_byte_ = std::chrono::duration_cast<std::chrono::milliseconds>(transport_.loop_.now() -
                                                                        requested_at_);
  }
  is_wanted_ = head_.status() != 0 && taker_.on_head(head_);
  return is_wanted_;
}

Taken CurlExchange::on_body(std::span<const std::byte> bytes) noexcept {
  // Behind a 101, libcurl takes all that comes for a body.
  if (head_.status() == 0 && !on_head()) return Taken::no_more;
  return taker_.on_body(bytes);
}

bool CurlExchange::may_send(std::string_view protocol) noexcept {
  is_http1_ = transport_.only_http2_ && protocol != "h2";
  // libcurl sends a request up to six times where old connections turn out dead.
  is_repeated_ = requests_ == most_requests_;
  if (is_http1_ || is_repeated_) return false;
  ++requests_;
  requested_at_ = transport_.loop_.now();
  taker_.on_request();
  return true;
}

}  // namespace fanfetch
