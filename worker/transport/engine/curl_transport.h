#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "common/event_loop.h"
#include "worker/transport/curl_setup.h"
#include "worker/transport/engine/curl_multis.h"
#include "worker/transport/known_hosts.h"
#include "worker/transport/transport.h"

namespace fanfetch {

class CurlExchange;

/// libcurl's own engine: for HTTP/2, and to compare DirectTransport with. Thread: the loop's.
class CurlTransport final : public Transport {
 public:
  /// What it speaks. Of `http2`, by TLS and ALPN alone, a server that does not speak it gets no
  /// request: the exchange ends as `not_http2`.
  enum class Speaks { http1, http2 };

  /// All is lent. `connections`: how many stay open for the next requests.
  CurlTransport(EventLoop& loop, const CurlSetup& setup, unsigned connections, Speaks speaks);

  [[nodiscard]] std::unique_ptr<Exchange> start(const Job& job, HttpRequest request, Repeat repeat,
                                                ResponseTaker& taker) override;
  /// False: it is not TLS, or its server has been found not to.
  [[nodiscard]] bool may_speak_http2(const Job& job) const;
  void collect(const Done& done) override;
  void limit_pieces(std::size_t bytes) override { piece_bytes_ = std::min(bytes, kLargestPiece); }

 private:
  // What its exchanges use:
  friend class CurlExchange;

  /// `exchange` has ended in a call of its own.
  void end(CurlExchange& exchange, ExchangeEnd end);
  void note_http1(const Job& job);
  /// `exchange` is going.
  void forget(const CurlExchange& exchange);

  EventLoop& loop_;
  const CurlSetup& setup_;
  CurlMultis multis_;
  KnownHosts hosts_;
  bool only_http2_;
  std::size_t piece_bytes_;
  std::unordered_set<std::string> http1_;  // connection_key() of servers that do not speak HTTP/2
  std::vector<std::pair<CurlExchange*, ExchangeEnd>> ended_;
};

}  // namespace fanfetch
