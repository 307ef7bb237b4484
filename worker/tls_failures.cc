#include "worker/tls_failures.h"

#include <fmt/format.h>

namespace fanfetch {
namespace {

struct Row {
  std::string_view words;    // in libcurl's text
  std::string_view message;  // behind "the server"
};

// The first that fits counts: OpenSSL's texts hold each other.
constexpr Row kRows[] = {
    {"self-signed certificate in certificate chain",
     "has a certificate from an authority that is not trusted; --cacert FILE names authorities to "
     "trust, --insecure trusts anybody"},
    {"self-signed certificate",
     "has a self-signed certificate; --cacert FILE trusts it, --insecure trusts anybody"},
    {"unable to get local issuer certificate",
     "has a certificate from an authority that is not trusted, or does not send the whole chain; "
     "--cacert FILE names authorities to trust, --insecure trusts anybody"},
    {"unable to verify the first certificate",
     "has a certificate from an authority that is not trusted, or does not send the whole chain; "
     "--cacert FILE names authorities to trust, --insecure trusts anybody"},
    {"certificate has expired",
     "has a certificate that has expired; --insecure takes it all the same"},
    {"certificate is not yet valid",
     "has a certificate that is not valid yet; is this machine's clock right?"},
    {"match", "has a certificate for another name; --insecure takes it all the same"},
    {"SSL certificate problem",
     "has a certificate that cannot be trusted; --cacert FILE names authorities to trust, "
     "--insecure trusts anybody"},
    {"alert certificate required", "asks for a client certificate: --cert FILE --key FILE"},
    {"alert unknown ca", "does not accept our client certificate: it does not know its authority"},
    {"alert bad certificate", "does not accept our client certificate"},
    {"alert certificate", "does not accept our client certificate"},
    {"alert access denied", "does not accept our client certificate"},
    {"alert handshake failure",
     "refuses the TLS handshake; it may ask for a client certificate: --cert FILE --key FILE"},
    {"alert", "refuses the TLS handshake"},
    {"wrong version number", "does not speak TLS on this port"},
    {"unsupported protocol", "speaks only versions of TLS that are too old"},
};

}  // namespace

TlsTrouble tls_trouble(std::string_view text, std::string_view who) {
  for (const auto& [words, message] : kRows) {
    if (text.find(words) == std::string_view::npos) continue;
    return {.message = fmt::format("{} {} ({})", who, message, text)};
  }
  // Cut off, or out of step: another time it may go well.
  return {.message = fmt::format("TLS with {} failed: {}", who, text), .retry = Retry::yes};
}

}  // namespace fanfetch
