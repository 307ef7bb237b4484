#pragma once

#include <string>

namespace fanfetch {

/// What a failed handshake means and what may help, before libcurl's and OpenSSL's own words, which
/// are to be searched for. Words that it does not know stay as they are.
[[nodiscard]] std::string explain_tls_failure(std::string text);

}  // namespace fanfetch
