#include "worker/transport/tls_failures.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

struct Row {
  std::string_view text, message;
  Retry retry = Retry::no;
};

// libcurl 7.88 with OpenSSL 3.0, each seen on Debian 12.
constexpr Row kRows[] = {
    {"SSL certificate problem: self-signed certificate", "self-signed certificate; --cacert"},
    {"SSL certificate problem: self-signed certificate in certificate chain",
     "authority that is not trusted; --cacert"},
    {"SSL certificate problem: unable to get local issuer certificate", "the whole chain"},
    {"SSL certificate problem: certificate has expired", "has expired; --insecure"},
    {"SSL certificate problem: certificate is not yet valid", "clock"},
    {"SSL: no alternative certificate subject name matches target host name '127.0.0.1'",
     "another name"},
    {"SSL: certificate subject name 'nobody' does not match target host name '127.0.0.1'",
     "another name"},
    {"SSL certificate problem: EE certificate key too weak", "cannot be trusted"},
    {"error signaled by ssl ctx callback", "no certificates to trust could be read; --cacert"},
    {"OpenSSL/3.0.19: error:0A000410:SSL routines::sslv3 alert handshake failure",
     "may ask for a client certificate"},
    {"error:0A00045C:SSL routines::tlsv13 alert certificate required, errno 0",
     "asks for a client certificate: --cert"},
    {"error:0A000418:SSL routines::tlsv1 alert unknown ca", "does not know its authority"},
    {"error:0A000438:SSL routines::tlsv1 alert internal error", "refuses the TLS handshake"},
    {"OpenSSL SSL_connect: Connection reset by peer in connection to h:443", "TLS with",
     Retry::yes},
    {"error:0A00010B:SSL routines::wrong version number", "does not speak TLS"},
};

TEST(TlsTrouble, SaysWhichAndWhatToDo) {
  for (const auto& [text, message, retry] : kRows) {
    const TlsTrouble trouble = tls_trouble(text, Peer::server, "the server");
    EXPECT_NE(trouble.message.find(message), std::string::npos) << text << ": " << trouble.message;
    EXPECT_NE(trouble.message.find("the server"), std::string::npos) << trouble.message;
    EXPECT_NE(trouble.message.find(text), std::string::npos) << trouble.message;
    EXPECT_EQ(trouble.retry, retry) << text;
  }
}

TEST(TlsTrouble, AProxyIsVerifiedWhateverInsecureSays) {
  for (const auto& [text, message, retry] : kRows) {
    const TlsTrouble trouble = tls_trouble(text, Peer::proxy, "the proxy p:1");
    EXPECT_NE(trouble.message.find("the proxy p:1"), std::string::npos) << trouble.message;
    EXPECT_EQ(trouble.message.find("--insecure"), std::string::npos) << trouble.message;
  }
}

}  // namespace
}  // namespace fanfetch
