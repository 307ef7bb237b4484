#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "common/event_loop.h"
#include "worker/transport/direct/connection_pool.h"
#include "worker/transport/direct/connector.h"
#include "worker/transport/transport.h"

namespace fanfetch {

class DirectExchange;

/// HTTP/1.1, written and read by ourselves over connections that libcurl makes. Thread: the loop's.
class DirectTransport final : public Transport {
 public:
  /// All is lent. `idle_connections`: how many are kept for the next requests.
  DirectTransport(EventLoop& loop, const CurlSetup& setup, std::size_t idle_connections);
  ~DirectTransport() override;
  DirectTransport(const DirectTransport&) = delete;
  DirectTransport& operator=(const DirectTransport&) = delete;

  [[nodiscard]] std::unique_ptr<Exchange> start(const Job& job, HttpRequest request, Repeat repeat,
                                                ResponseTaker& taker) override;
  void collect(const Done& done) override;
  void limit_pieces(std::size_t bytes) override { piece_bytes_ = bytes; }

 private:
  // What its exchanges use:
  friend class DirectExchange;

  struct Ended {
    DirectExchange* exchange;  // nullptr: it is gone
    ExchangeEnd end;
  };

  /// To receive into; what is in it lasts until the next call.
  [[nodiscard]] std::span<std::byte> buffer();
  /// `exchange` is called again in the loop's next turn: TLS may hold bytes that no event shows.
  void call_again(DirectExchange& exchange);
  void end(DirectExchange& exchange, ExchangeEnd end);
  /// `exchange` is going.
  void forget(const DirectExchange& exchange);

  void wake();
  void cancel_wake();
  void call_those_that_wait();

  EventLoop& loop_;
  Connector connector_;
  ConnectionPool pool_;
  std::unique_ptr<std::byte[]> buffer_;
  std::size_t piece_bytes_;
  std::vector<DirectExchange*> to_call_;
  std::vector<Ended> ended_;
  std::optional<EventLoop::TimerKey> wake_;  // nullopt: not armed
};

}  // namespace fanfetch
