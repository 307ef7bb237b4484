#include "common/curl/trust_store.h"

#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <deque>
#include <filesystem>
#include <memory>
#include <string>

#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using support::Certificate;
using support::make_certificate;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_STORE_CTX* context) const { X509_STORE_CTX_free(context); }
};
template <class Type>
using Owned = std::unique_ptr<Type, Free>;

class TrustStoreTest : public testing::Test {
 protected:
  /// In a folder of its own, so that several can have one name.
  Certificate make(const std::string& folder, const std::string& name,
                   const support::CertificateWish& wish = {}) {
    std::filesystem::create_directories(temp_.path() / folder);
    return make_certificate(temp_.at(folder), name, wish);
  }
  static std::string text_of(const Certificate& certificate) {
    return support::read_file(certificate.cert);
  }
  /// Of what lies in memory until the test ends.
  TrustStore store_of(const std::string& bundle) {
    return TrustStore::of(bundles_.emplace_back(bundle));
  }
  static bool trusts(const TrustStore& store, const Certificate& certificate) {
    const Owned<BIO> file(BIO_new_file(certificate.cert.c_str(), "r"));
    const Owned<X509> leaf(PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
    const Owned<X509_STORE_CTX> context(X509_STORE_CTX_new());
    X509_STORE_CTX_init(context.get(), store.native(), leaf.get(), nullptr);
    X509_STORE_CTX_set_purpose(context.get(), X509_PURPOSE_SSL_SERVER);
    return X509_verify_cert(context.get()) == 1;
  }

  support::TempDir temp_;
  std::deque<std::string> bundles_;
};

TEST_F(TrustStoreTest, WhatAnAuthorityOfTheBundleHasSignedIsTrusted) {
  const auto one = make("a", "one", {.host = ""}), two = make("a", "two", {.host = ""});
  const auto of_one = make("a", "leaf1", {.issuer = "one"});
  const auto of_two = make("a", "leaf2", {.issuer = "two"});
  const TrustStore both = store_of(text_of(one) + text_of(two));
  for (int again = 0; again < 3; ++again) {
    EXPECT_TRUE(trusts(both, of_two)) << again;
    EXPECT_TRUE(trusts(both, of_one)) << again;
  }
  const TrustStore first = store_of(text_of(one));
  EXPECT_TRUE(trusts(first, of_one));
  EXPECT_FALSE(trusts(first, of_two));
}

/// As when an authority changes its key.
TEST_F(TrustStoreTest, AuthoritiesMayShareAName) {
  const auto old_one = make("old", "ca", {.host = ""}), new_one = make("new", "ca", {.host = ""});
  const auto by_old = make("old", "leaf", {.issuer = "ca"});
  const auto by_new = make("new", "leaf", {.issuer = "ca"});
  for (const auto& bundle : {text_of(old_one) + text_of(new_one),
                             text_of(new_one) + text_of(old_one) + text_of(new_one)}) {
    const TrustStore store = store_of(bundle);
    EXPECT_TRUE(trusts(store, by_new));
    EXPECT_TRUE(trusts(store, by_old));
  }
  EXPECT_FALSE(trusts(store_of(text_of(old_one)), by_new)) << "the same name is not enough";
}

TEST_F(TrustStoreTest, ACertificateMayBeTrustedByItself) {
  (void)make("a", "ca", {.host = ""});
  const auto leaf = make("a", "leaf", {.issuer = "ca"});
  EXPECT_TRUE(trusts(store_of(text_of(leaf)), leaf)) << "without its authority";
  const auto self_signed = make("a", "self");
  EXPECT_TRUE(trusts(store_of(text_of(self_signed)), self_signed));
}

TEST_F(TrustStoreTest, WhatElseABundleHoldsIsPassedOver) {
  const auto ca = make("a", "ca", {.host = ""});
  const auto leaf = make("a", "leaf", {.issuer = "ca"});
  const std::string damaged = "-----BEGIN CERTIFICATE-----\nMIIBAAAA\n-----END CERTIFICATE-----\n";
  const TrustStore store = store_of("# a comment\n" + support::read_file(ca.key) + damaged +
                                    text_of(ca) + "-----BEGIN CERT");
  EXPECT_FALSE(store.is_empty());
  EXPECT_TRUE(trusts(store, leaf));
}

TEST_F(TrustStoreTest, SettingsOfTrustCount) {
  const auto ca = make("a", "ca", {.host = ""});
  const auto leaf = make("a", "leaf", {.issuer = "ca"});
  const auto with = [&](const std::string& settings) {
    const std::string to = temp_.at("trusted.pem");
    const std::string command =
        "openssl x509 -in '" + ca.cert + "' -trustout " + settings + " -out '" + to + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return trusts(store_of(support::read_file(to)), leaf);
  };
  EXPECT_TRUE(with("-addtrust serverAuth"));
  EXPECT_FALSE(with("-addreject serverAuth"));
}

TEST_F(TrustStoreTest, WithoutACertificateItIsEmpty) {
  EXPECT_TRUE(store_of("no certificate\n").is_empty());
  EXPECT_TRUE(store_of("").is_empty());
  EXPECT_FALSE(trusts(store_of(""), make("a", "any")));
}

}  // namespace
}  // namespace fanfetch
