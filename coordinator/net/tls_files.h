#pragma once

#include <string>

#include "common/curl/tls_bytes.h"
#include "common/result.h"
#include "common/sealed_bytes.h"
#include "common/unique_fd.h"

namespace fanfetch {

/// The files that a user named for TLS, all PEM.
struct TlsFiles {
  std::string ca_file;    ///< From --cacert or SSL_CERT_FILE; empty: libcurl's own bundle.
  std::string cert_file;  ///< Client certificate with its chain; empty: there is none.
  std::string key_file;   ///< Its private key; empty: in cert_file.
};

/// What was in those files at a run's start. All its processes go by it, however the files change.
struct TlsMaterial {
  struct Part {
    UniqueFd memfd;  ///< Sealed, for workers; not valid: there is nothing.
    SealedBytes bytes;
  };
  Part ca;    ///< Nothing: there is no bundle, and no server can be verified.
  Part cert;  ///< Nothing: there is no client certificate.
  Part key;   ///< Nothing: it is in `cert`.

  /// Lent.
  [[nodiscard]] TlsBytes bytes() const {
    return {ca.bytes.view(), cert.bytes.view(), key.bytes.view()};
  }
};

/// Reads each file once, so that pipes will do, and looks into those that the user named, who is to
/// learn of a wrong one at the start and once, not with each link. libcurl's own bundle may be
/// missing. Errors: a file cannot be read; the CA file holds no certificate, or cert_file none or
/// no key; certificate and key do not belong together; the key has a password, which nobody could
/// type. The sentence names the file, and never what is in it.
[[nodiscard]] Result<TlsMaterial> read_tls_files(const TlsFiles& files);

}  // namespace fanfetch
