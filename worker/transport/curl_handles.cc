#include "worker/transport/curl_handles.h"

#include <utility>

namespace fanfetch {

CurlEasy CurlHandles::take() {
  if (idle_.empty()) idle_.emplace_back();
  CurlEasy easy = std::move(idle_.back());
  idle_.pop_back();
  easy.set_trust(tls_files_.ca);
  if (!tls_files_.cert.empty()) easy.set_client_certificate(tls_files_.cert, tls_files_.key);
  return easy;
}

void CurlHandles::give_back(CurlEasy easy) {
  easy.reset();
  idle_.push_back(std::move(easy));
}

}  // namespace fanfetch
