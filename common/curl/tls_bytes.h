#pragma once

#include <string_view>

namespace fanfetch {

/// All that TLS needs of files, in PEM form and in memory; lent. The key is a secret.
struct TlsBytes {
  std::string_view ca;    ///< The bundle that certificates are verified against.
  std::string_view cert;  ///< The client's certificate with its chain; empty: it has none.
  std::string_view key;   ///< Its private key; empty: it is in `cert`.
};

}  // namespace fanfetch
