#include "worker/tls_failure.h"

#include <fmt/format.h>

#include <string_view>

namespace fanfetch {
namespace {

struct Explanation {
  std::string_view words;  ///< Of libcurl 7.88 and OpenSSL 3.0; the first row that fits counts.
  std::string_view meaning;
};

constexpr Explanation kExplanations[] = {
    {"self-signed certificate in certificate chain",
     "the certificate's authority is not trusted; --cacert FILE trusts it"},
    {"self-signed certificate", "the certificate is self-signed; --cacert FILE trusts it"},
    {"unable to get local issuer certificate",
     "the certificate's authority is not trusted (--cacert FILE), or the server leaves out an "
     "intermediate certificate"},
    {"certificate has expired", "the certificate has expired"},
    {"certificate is not yet valid", "the certificate is not valid yet, or our clock is slow"},
    {"no alternative certificate subject name", "the certificate is for another host"},
    {"does not match target host name", "the certificate is for another host"},
    {"wrong version number", "the server does not speak TLS on this port"},
};

}  // namespace

std::string explain_tls_failure(std::string text) {
  for (const auto& [words, meaning] : kExplanations) {
    if (text.find(words) != std::string::npos) return fmt::format("{} ({})", meaning, text);
  }
  return text;
}

}  // namespace fanfetch
