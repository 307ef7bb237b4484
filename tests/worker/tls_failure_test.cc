#include "worker/tls_failure.h"

#include <gtest/gtest.h>

#include "worker/failures.h"

namespace fanfetch {
namespace {

TEST(TlsFailure, IsExplainedBeforeItsOwnWords) {
  const std::string text = "SSL certificate problem: self-signed certificate";
  EXPECT_EQ("the certificate is self-signed; --cacert FILE trusts it (" + text + ")",
            explain_tls_failure(text));
}

TEST(TlsFailure, TheLongerWordsComeFirst) {
  const std::string explained =
      explain_tls_failure("SSL certificate problem: self-signed certificate in certificate chain");
  EXPECT_TRUE(explained.starts_with("the certificate's authority is not trusted;")) << explained;
}

TEST(TlsFailure, UnknownWordsStay) {
  EXPECT_EQ("something new", explain_tls_failure("something new"));
  EXPECT_EQ("", explain_tls_failure(""));
}

TEST(TlsFailure, IsInTheOutcomeOfATransfer) {
  const Failed failed = transfer_failure(CURLE_PEER_FAILED_VERIFICATION,
                                         "SSL certificate problem: certificate has expired", {});
  EXPECT_EQ("the certificate has expired (SSL certificate problem: certificate has expired)",
            failed.message);
  EXPECT_EQ("certificate has expired",
            transfer_failure(CURLE_PARTIAL_FILE, "certificate has expired", {}).message)
      << "another class, another meaning";
}

}  // namespace
}  // namespace fanfetch
