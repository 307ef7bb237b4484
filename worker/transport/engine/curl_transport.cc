#include "worker/transport/engine/curl_transport.h"

#include "worker/transport/connection_key.h"
#include "worker/transport/engine/curl_exchange.h"

namespace fanfetch {
namespace {

/// Servers that do not speak HTTP/2. To forget one costs a connection.
constexpr std::size_t kMostRemembered = 4096;

}  // namespace

CurlTransport::CurlTransport(EventLoop& loop, const CurlSetup& setup, unsigned connections,
                             Speaks speaks)
    : loop_(loop),
      setup_(setup),
      multis_(loop, connections,
              speaks == Speaks::http2 ? CurlMultis::Sharing::yes : CurlMultis::Sharing::no),
      only_http2_(speaks == Speaks::http2),
      piece_bytes_(kLargestPiece) {}

std::unique_ptr<Exchange> CurlTransport::start(const Job& job, HttpRequest request, Repeat repeat,
                                               ResponseTaker& taker) {
  return std::make_unique<CurlExchange>(*this, job, request, repeat, taker);
}

bool CurlTransport::may_speak_http2(const Job& job) const {
  return job.url.starts_with("https://") && !http1_.contains(connection_key(job));
}

void CurlTransport::note_http1(const Job& job) {
  if (http1_.size() == kMostRemembered) http1_.clear();
  http1_.insert(connection_key(job));
}

void CurlTransport::collect(const Done& done) {
  const auto hand_out = [&](CurlExchange* exchange, ExchangeEnd end) {
    end = exchange->finish(std::move(end));
    done(exchange->taker(), std::move(end));
  };
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    CurlExchange* const exchange = std::exchange(ended_[i].first, nullptr);
    ExchangeEnd end = std::move(ended_[i].second);
    if (exchange != nullptr) hand_out(exchange, std::move(end));
  }
  ended_.clear();
  multis_.collect([&](void* exchange, ExchangeEnd end) {
    hand_out(static_cast<CurlExchange*>(exchange), std::move(end));
  });
}

void CurlTransport::end(CurlExchange& exchange, ExchangeEnd end) {
  ended_.emplace_back(&exchange, std::move(end));
  loop_.call_at(loop_.now(), [] {});  // collect() may have been called in this turn
}

void CurlTransport::forget(const CurlExchange& exchange) {
  for (auto& [one, end] : ended_) {
    if (one == &exchange) one = nullptr;
  }
}

}  // namespace fanfetch
