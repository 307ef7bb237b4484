#pragma once

#include <string>

namespace fanfetch::support {

/// A certificate and its private key, as PEM files.
struct Certificate {
  std::string cert, key;
};

struct CertificateWish {
  std::string host = "IP:127.0.0.1";  ///< subjectAltName; empty: none.
  int days = 2;                       ///< From now until it ends; negative: it has ended.
  std::string issuer = {};            ///< Name of an earlier one; empty: it vouches for itself.
};

/// Makes `folder/NAME.pem` and `NAME.key` with the program openssl. Throws std::runtime_error.
Certificate make_certificate(const std::string& folder, const std::string& name,
                             const CertificateWish& wish = {});

}  // namespace fanfetch::support
