#include "worker/transport/curl_setup.h"

namespace fanfetch {

CurlEasy CurlSetup::make(const Job& job) const {
  CurlEasy easy;
  easy.set_url(job.url);
  // Set also when empty: it keeps libcurl from looking into the environment.
  easy.set_proxy(job.proxy);
  easy.set_connect_timeout(job.connect_timeout);
  easy.set_trust(trust_);
  easy.set_record_limit(record_limit_);
  if (!tls_.cert.empty()) easy.set_client_certificate(tls_.cert, tls_.key);
  easy.set_verify_tls(job.verify_tls == VerifyTls::yes);
  easy.set_share(sessions_);
  return easy;
}

}  // namespace fanfetch
