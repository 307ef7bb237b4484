#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "common/http/exchange_end.h"
#include "common/http/request.h"
#include "common/http/response_head.h"
#include "common/job.h"
#include "common/timings.h"

namespace fanfetch {

/// Takes one response, as a transport receives it. Abstract so that a transport knows nothing of
/// what a response means; the real one is Transfer. REQUIRES: does not end the exchange itself.
class ResponseTaker {
 public:
  virtual ~ResponseTaker() = default;
  /// A connection is there and the request goes out: from now on, silence is the server's.
  virtual void on_request() noexcept = 0;
  /// The head, before the first byte of the body. It lives until the exchange does. False: the body
  /// is not wanted, and nobody waits for it; the exchange ends as `complete`.
  [[nodiscard]] virtual bool on_head(const ResponseHead& head) noexcept = 0;
  [[nodiscard]] virtual Taken on_body(std::span<const std::byte> bytes) noexcept = 0;
};

/// One request and its response on their way. Its end gives up what is still under way.
class Exchange {
 public:
  virtual ~Exchange() = default;
  /// Hands over what was taken `later`, and what comes behind it.
  virtual void resume() = 0;
  /// Of the response, once it came; status 0 before.
  [[nodiscard]] virtual const ResponseHead& head() const = 0;
  /// What its requests have spent on what so far.
  [[nodiscard]] virtual Timings timings() const = 0;
};

/// What an exchange may do by itself. An attempt repeats a request at most once.
enum class Repeat : std::uint8_t {
  /// It is for the second request of an attempt: it uses a new connection, so that no old one can
  /// make it repeat.
  never,
  /// If a connection that was used before turns out dead before it has brought a response, the
  /// request is sent once more over a new one.
  once,
};

/// No piece of a body that a transport hands over is larger, in bytes: what it receives at once.
inline constexpr std::size_t kLargestPiece = std::size_t{64} * 1024;

/// Speaks HTTP with servers: a request goes in; head, body pieces and the end come out. Thread: the
/// loop's.
class Transport {
 public:
  virtual ~Transport() = default;

  /// Begins an exchange. `job`: the way to the server, lent until the exchange ends; `taker`: lent,
  /// too, and may be called from within. The end comes by collect() alone.
  [[nodiscard]] virtual std::unique_ptr<Exchange> start(const Job& job, HttpRequest request,
                                                        Repeat repeat, ResponseTaker& taker) = 0;

  using Done = std::function<void(ResponseTaker& taker, ExchangeEnd end)>;
  /// Hands over each exchange that has ended since the last call; `done` may start and end
  /// exchanges. Call it once a batch of the loop.
  virtual void collect(const Done& done) = 0;

  /// From now on no piece is larger than this, or kLargestPiece.
  virtual void limit_pieces(std::size_t bytes) = 0;
};

}  // namespace fanfetch
