#pragma once

#include <optional>
#include <span>
#include <string>

#include "common/clock.h"
#include "common/curl/curl_easy.h"
#include "worker/transport/job_addresses.h"
#include "worker/transport/transport.h"

namespace fanfetch {

class CurlTransport;

/// One request and its response by libcurl's own engine. libcurl calls back into it, so it stays
/// where it is.
class CurlExchange final : public Exchange, private CurlResponseHandler, private CurlRequestGuard {
 public:
  /// All is lent, but the request.
  CurlExchange(CurlTransport& transport, const Job& job, const HttpRequest& request, Repeat repeat,
               ResponseTaker& taker);
  ~CurlExchange() override;
  CurlExchange(const CurlExchange&) = delete;
  CurlExchange& operator=(const CurlExchange&) = delete;

  void resume() override;
  [[nodiscard]] const ResponseHead& head() const override { return head_; }
  [[nodiscard]] Timings timings() const override;

  /// Returns `end` with all that is known of it.
  [[nodiscard]] ExchangeEnd finish(ExchangeEnd end);
  [[nodiscard]] ResponseTaker& taker() const { return taker_; }

 private:
  [[nodiscard]] bool on_head() noexcept override;
  [[nodiscard]] Taken on_body(std::span<const std::byte> bytes) noexcept override;
  [[nodiscard]] bool may_send(std::string_view protocol) noexcept override;

  CurlTransport& transport_;
  const Job& job_;
  ResponseTaker& taker_;
  CurlEasy easy_;
  CurlList headers_;
  JobAddresses addresses_;
  bool is_wanted_ = false;    // the body
  bool is_http1_ = false;     // the server agreed on nothing better, and nothing was asked
  bool is_repeated_ = false;  // more often than it may be
  const std::uint8_t most_requests_;
  std::uint8_t requests_ = 0;
  ResponseHead head_;
  int odd_status_ = 0;                                   // one that is none; 0: there was none
  Instant requested_at_{};                               // the last one
  std::optional<std::chrono::milliseconds> first_byte_;  // see Timings
};

}  // namespace fanfetch
