#pragma once

#include <cstddef>
#include <memory>

#include "worker/transport/direct/direct_transport.h"
#include "worker/transport/engine/curl_transport.h"
#include "worker/transport/transport.h"

namespace fanfetch {

/// Which engine a worker's exchanges use.
enum class Engine {
  automatic,  ///< Our own; libcurl's for HTTP/2, where the job asks for it and the server speaks
              ///< it.
  libcurl,    ///< libcurl's for all, by HTTP/1.1: to compare with.
};
/// `automatic` in the product. A test program replaces it (tests/support/).
[[nodiscard]] Engine engine_of_this_program();

/// The transports of a worker, and the choice between them. Thread: the loop's.
class Transports final : public Transport {
 public:
  /// `loop` is lent, and what `tls` refers to. `connections`: how many are kept for the next
  /// requests.
  Transports(EventLoop& loop, const TlsBytes& tls, std::size_t connections);

  /// An exchange that ends as `not_http2` has sent nothing: start it again, without Http2::yes.
  [[nodiscard]] std::unique_ptr<Exchange> start(const Job& job, HttpRequest request, Repeat repeat,
                                                ResponseTaker& taker) override;
  void collect(const Done& done) override;
  void limit_pieces(std::size_t bytes) override;

 private:
  [[nodiscard]] Transport& choose(const Job& job, const HttpRequest& request);

  CurlSetup setup_;
  DirectTransport direct_;
  CurlTransport curl_;
  bool always_curl_;
};

}  // namespace fanfetch
