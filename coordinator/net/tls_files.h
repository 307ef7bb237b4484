#pragma once

#include <string>

#include "common/result.h"

namespace fanfetch {

/// The files that a user named for TLS, all PEM.
struct TlsFiles {
  std::string ca_file;    ///< From --cacert or SSL_CERT_FILE; empty: libcurl's own bundle.
  std::string cert_file;  ///< Client certificate with its chain; empty: there is none.
  std::string key_file;   ///< Its private key; empty: in cert_file.
};

/// Looks into the files, so that the user learns of a wrong one at the start and once, not with
/// each link. Errors: the CA file holds no certificate; the certificate or the key cannot be read;
/// they do not belong together; the key has a password, which nobody could type. The sentence names
/// the file, and never what is in it.
[[nodiscard]] Result<> check_tls_files(const TlsFiles& files);

}  // namespace fanfetch
