#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

#include "common/curl/curl_easy.h"
#include "common/http/exchange_end.h"
#include "common/http/response_head.h"
#include "common/job.h"
#include "worker/transport/known_hosts.h"
#include "worker/transport/request.h"

namespace fanfetch {

/// Takes one response, as a transport receives it. Abstract so that a transport knows nothing of
/// what a response means, nor its taker of the transport; the real one is Transfer.
class ResponseTaker {
 public:
  virtual ~ResponseTaker() = default;
  /// The head, before the first byte of the body, or before the end if there is none. It lives
  /// until the next request. False: no byte of the body is wanted, and the exchange ends now,
  /// whatever the body would do; the connection is kept only if all of it is there already.
  [[nodiscard]] virtual bool on_head(const ResponseHead& head) noexcept = 0;
  [[nodiscard]] virtual Taken on_body(std::span<const std::byte> bytes) noexcept = 0;
};

/// One request and its response, by libcurl: bytes, and no meaning. May be used again for another
/// request of the same job. libcurl calls back into it, so it stays where it is.
class Exchange : private CurlBodyHandler, private CurlAddressGuard {
 public:
  /// `easy`: from CurlHandles. All else is lent.
  Exchange(const Job& job, CurlEasy easy, KnownHosts& hosts, ResponseTaker& taker);
  ~Exchange() override;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  /// Sets the request. REQUIRES: a CurlMulti gets the handle next. `owner`: see CurlEasy;
  /// `paced_piece`: no piece of the body is larger, and its taker watches over the time, so that
  /// libcurl does not; nullopt: libcurl watches.
  void prepare(const Rest& rest, void* owner, std::optional<std::size_t> paced_piece);
  [[nodiscard]] CurlEasy& easy() { return easy_; }

  /// Hands over the head if one came and no body did. Returns `end` with all that is known of it.
  /// REQUIRES: the CurlMulti said `end`, or somebody ends the exchange, and removes it from the
  /// CurlMulti next.
  [[nodiscard]] ExchangeEnd finish(ExchangeEnd end);
  /// Of the last response; without a status if none came.
  [[nodiscard]] const ResponseHead& head() const { return head_; }

  /// The handle, for the next job. The exchange is over then.
  [[nodiscard]] CurlEasy release() { return std::move(easy_); }

 private:
  [[nodiscard]] Taken on_body(std::span<const std::byte> bytes) noexcept override;
  [[nodiscard]] bool may_connect(const sockaddr& address) noexcept override;
  /// False: the body is not wanted.
  [[nodiscard]] bool hand_over_head();

  const Job& job_;
  CurlEasy easy_;
  KnownHosts& hosts_;
  ResponseTaker& taker_;
  CurlList headers_;
  CurlList addresses_;
  bool uses_host_ = false;
  bool has_head_ = false;
  bool wants_body_ = false;
  ResponseHead head_;
  std::string refused_address_;
};

}  // namespace fanfetch
