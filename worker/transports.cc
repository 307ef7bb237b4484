#include "worker/transports.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

using Speaks = CurlTransport::Speaks;

}  // namespace

Transports::Transports(EventLoop& loop, const TlsBytes& tls, std::size_t connections)
    : setup_(tls),
      direct_(loop, setup_, connections),
      curl_(loop, setup_,
            static_cast<unsigned>(std::max<std::size_t>(connections / CurlMultis::kMostOld, 1)),
            engine_of_this_program() == Engine::libcurl ? Speaks::http1 : Speaks::http2),
      always_curl_(engine_of_this_program() == Engine::libcurl) {}

Transport& Transports::choose(const Job& job, const HttpRequest& request) {
  if (request.body) return direct_;  // libcurl's engine sends none
  if (always_curl_ || (job.http2 == Http2::yes && curl_.may_speak_http2(job))) return curl_;
  return direct_;
}

std::unique_ptr<Exchange> Transports::start(const Job& job, HttpRequest request, Repeat repeat,
                                            ResponseTaker& taker) {
  Transport& chosen = choose(job, request);
  return chosen.start(job, std::move(request), repeat, taker);
}

void Transports::collect(const Done& done) {
  curl_.collect(done);
  direct_.collect(done);  // last: those above may have started some
}

void Transports::limit_pieces(std::size_t bytes) {
  direct_.limit_pieces(bytes);
  curl_.limit_pieces(bytes);
}

}  // namespace fanfetch
