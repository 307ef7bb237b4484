#pragma once

#include "common/curl/curl_easy.h"
#include "common/curl/record_limit.h"
#include "common/curl/tls_bytes.h"
#include "common/curl/trust_store.h"
#include "common/job.h"

namespace fanfetch {

/// Makes easy handles that know the way to a job's server. Each request, or connection, has a new
/// one: libcurl 7.88 reads freed memory where it uses one again and a response begins with a
/// malformed line. What handles have in common, TLS sessions, they share. Outlives them.
class CurlSetup {
 public:
  /// What `tls` refers to outlives it. No file is opened, now or later.
  explicit CurlSetup(const TlsBytes& tls) : tls_(tls), trust_(TrustStore::of(tls.ca)) {}

  /// `job`'s URL, proxy, trust and time to connect are set. What is missing:
  /// JobAddresses.
  [[nodiscard]] CurlEasy make(const Job& job) const;

 private:
  const TlsBytes tls_;
  TrustStore trust_;
  CurlShare sessions_;
  RecordLimit record_limit_;
};

}  // namespace fanfetch
