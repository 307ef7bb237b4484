#pragma once

#include <string>
#include <vector>

#include "common/curl/curl_easy.h"

namespace fanfetch {

/// PEM files.
struct TlsFiles {
  std::string ca;    ///< The bundle that certificates are verified against.
  std::string cert;  ///< The client's certificates; empty: it has none.
  std::string key;   ///< Its private key.
};

/// A pool of easy handles, each with every option set that is the same for all jobs.
class CurlHandles {
 public:
  explicit CurlHandles(TlsFiles tls_files) : tls_files_(std::move(tls_files)) {}

  [[nodiscard]] CurlEasy take();
  /// Forgets all of its last job, secrets too.
  void give_back(CurlEasy easy);

 private:
  TlsFiles tls_files_;
  std::vector<CurlEasy> idle_;
};

}  // namespace fanfetch
