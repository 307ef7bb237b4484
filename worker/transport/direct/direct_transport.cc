#include "worker/transport/direct/direct_transport.h"

#include <algorithm>
#include <utility>

#include "worker/transport/direct/direct_exchange.h"

namespace fanfetch {
DirectTransport::DirectTransport(EventLoop& loop, const CurlSetup& setup,
                                 std::size_t idle_connections)
    : loop_(loop),
      connector_(loop, setup),
      pool_(idle_connections),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(kLargestPiece)),
      piece_bytes_(kLargestPiece) {}

DirectTransport::~DirectTransport() { cancel_wake(); }

std::unique_ptr<Exchange> DirectTransport::start(const Job& job, HttpRequest request, Repeat repeat,
                                                 ResponseTaker& taker) {
  auto exchange = std::make_unique<DirectExchange>(*this, job, request, repeat, taker);
  exchange->begin();
  return exchange;
}

void DirectTransport::collect(const Done& done) {
  connector_.collect();
  // By index: `done` may start an exchange that ends immediately.
  for (std::size_t i = 0; i < ended_.size(); ++i) {
    DirectExchange* const exchange = std::exchange(ended_[i].exchange, nullptr);
    ExchangeEnd end = std::move(ended_[i].end);
    if (exchange != nullptr) done(exchange->taker(), std::move(end));
  }
  ended_.clear();
  if (to_call_.empty()) cancel_wake();
}

void DirectTransport::cancel_wake() {
  if (wake_) loop_.cancel(*wake_);
  wake_.reset();
}

std::span<std::byte> DirectTransport::buffer() {
  return {buffer_.get(), std::min(piece_bytes_, kLargestPiece)};
}

void DirectTransport::call_again(DirectExchange& exchange) {
  if (std::find(to_call_.begin(), to_call_.end(), &exchange) != to_call_.end()) return;
  to_call_.push_back(&exchange);
  wake();
}

void DirectTransport::end(DirectExchange& exchange, ExchangeEnd end) {
  if (ended_.empty()) wake();  // collect() may have been called in this turn
  ended_.push_back({&exchange, std::move(end)});
}

void DirectTransport::forget(const DirectExchange& exchange) {
  std::erase(to_call_, &exchange);
  for (Ended& one : ended_) {
    if (one.exchange == &exchange) one.exchange = nullptr;
  }
}

void DirectTransport::wake() {
  if (wake_) return;
  // Later than now: what is due now is called in this turn, before other connections have theirs.
  wake_ = loop_.call_at(loop_.now() + Duration(1), [this] { call_those_that_wait(); });
}

void DirectTransport::call_those_that_wait() {
  wake_.reset();
  for (DirectExchange* exchange : std::exchange(to_call_, {})) exchange->receive();
}

}  // namespace fanfetch
