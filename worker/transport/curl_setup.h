#pragma once

#include <string>

#include "common/curl/curl_easy.h"
#include "common/curl/trust_store.h"
#include "common/job.h"

namespace fanfetch {

/// PEM files.
struct TlsFiles {
  std::string ca;    ///< The bundle that certificates are verified against.
  std::string cert;  ///< The client's certificates; empty: it has none.
  std::string key;   ///< Its private key.
};

/// Makes easy handles that know the way to a job's server. Each request, or connection, has a new
/// one: libcurl 7.88 reads freed memory where it uses one again and a response begins with a
/// malformed line. What handles have in common, TLS sessions, they share. Outlives them.
class CurlSetup {
 public:
  /// Reads the bundle.
  explicit CurlSetup(TlsFiles files)
      : files_(std::move(files)), trust_(TrustStore::open(files_.ca)) {}

  /// `job`'s URL, proxy, trust and time to connect are set. What is missing:
  /// JobAddresses.
  [[nodiscard]] CurlEasy make(const Job& job) const;

 private:
  TlsFiles files_;
  TrustStore trust_;
  CurlShare sessions_;
};

}  // namespace fanfetch
