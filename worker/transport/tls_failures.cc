#include "worker/transport/tls_failures.h"

#include <fmt/format.h>

namespace fanfetch {
namespace {

enum class Advice { none, trust, ignore };

struct Row {
  std::string_view words;  // in libcurl's text
  std::string_view what;   // behind "the server"
  Advice advice = Advice::none;
};

constexpr std::string_view kUnknownAuthority =
    "has a certificate from an authority that is not trusted, or does not send the whole chain";

// The first that fits counts: OpenSSL's texts hold each other.
constexpr Row kRows[] = {
    {"self-signed certificate in certificate chain",
     "has a certificate from an authority that is not trusted", Advice::trust},
    {"self-signed certificate", "has a self-signed certificate", Advice::trust},
    {"unable to get local issuer certificate", kUnknownAuthority, Advice::trust},
    {"unable to verify the first certificate", kUnknownAuthority, Advice::trust},
    {"certificate has expired", "has a certificate that has expired", Advice::ignore},
    {"certificate is not yet valid",
     "has a certificate that is not valid yet (is this machine's clock right?)", Advice::ignore},
    {"ssl ctx callback", "cannot be verified, since no certificates to trust could be read",
     Advice::trust},
    {"match", "has a certificate for another name", Advice::ignore},
    {"SSL certificate problem", "has a certificate that cannot be trusted", Advice::trust},
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

std::string_view text_of(Advice advice, Peer peer) {
  const bool server = peer == Peer::server;
  switch (advice) {
    case Advice::none: break;
    case Advice::trust:
      return server ? "; --cacert FILE names what to trust, --insecure trusts anybody"
                    : "; --cacert FILE names what to trust";
    case Advice::ignore: return server ? "; --insecure takes it all the same" : "";
  }
  return "";
}

}  // namespace

TlsTrouble tls_trouble(std::string_view text, Peer peer, std::string_view name) {
  for (const auto& [words, what, advice] : kRows) {
    if (text.find(words) == std::string_view::npos) continue;
    return {.message = fmt::format("{} {}{} ({})", name, what, text_of(advice, peer), text)};
  }
  // Cut off, or out of step: another time it may go well.
  return {.message = fmt::format("TLS with {} failed: {}", name, text), .retry = Retry::yes};
}

}  // namespace fanfetch
