#include "common/curl/record_limit.h"

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <memory>
#include <string>

#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

struct FreeTls {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
  void operator()(SSL* ssl) const { SSL_free(ssl); }
};

/// A client whose connection is watched, and its server, over pipes in memory.
class RecordLimitTest : public testing::Test {
 protected:
  void SetUp() override {
    const auto certificate = support::make_certificate(temp_.at(""), "server");
    SSL_CTX_use_certificate_chain_file(server_context_.get(), certificate.cert.c_str());
    SSL_CTX_use_PrivateKey_file(server_context_.get(), certificate.key.c_str(), SSL_FILETYPE_PEM);
    limit_.watch(client_context_.get());
    client_.reset(SSL_new(client_context_.get()));
    server_.reset(SSL_new(server_context_.get()));
    constexpr std::size_t kRoom = 1 << 20;
    BIO *of_client = nullptr, *of_server = nullptr;
    BIO_new_bio_pair(&of_client, kRoom, &of_server, kRoom);
    SSL_set_bio(client_.get(), of_client, of_client);
    SSL_set_bio(server_.get(), of_server, of_server);
    SSL_set_connect_state(client_.get());
    SSL_set_accept_state(server_.get());
    for (int i = 0; i < 4; ++i) {
      SSL_do_handshake(client_.get());
      SSL_do_handshake(server_.get());
    }
    ASSERT_TRUE(SSL_is_init_finished(client_.get()) && SSL_is_init_finished(server_.get()));
  }

  /// The bytes that the client has of some that the server sends; at most 16 KiB.
  std::size_t deliver(std::size_t bytes) {
    const std::string sent(bytes, 'x');
    SSL_write(server_.get(), sent.data(), static_cast<int>(bytes));
    std::string got(bytes, '\0');
    const int count = SSL_read(client_.get(), got.data(), static_cast<int>(bytes));
    return count > 0 ? static_cast<std::size_t>(count) : 0;
  }

  support::TempDir temp_;
  RecordLimit limit_;
  const std::unique_ptr<SSL_CTX, FreeTls> client_context_{SSL_CTX_new(TLS_client_method())};
  const std::unique_ptr<SSL_CTX, FreeTls> server_context_{SSL_CTX_new(TLS_server_method())};
  std::unique_ptr<SSL, FreeTls> client_, server_;
};

constexpr std::size_t kRecord = 16'384;
constexpr std::size_t kMostRecords = RecordLimit::kMostBytes / kRecord;

TEST_F(RecordLimitTest, WhatIsDeliveredMayGoOnForEver) {
  for (std::size_t i = 0; i < kMostRecords + 100; ++i) {
    ASSERT_EQ(kRecord, deliver(kRecord)) << i;
    if (i % 1000 == 0) limit_.note_delivery();
  }
  EXPECT_FALSE(RecordLimit::has_ended(client_.get()));
}

TEST_F(RecordLimitTest, WhatIsDeliveredToNobodyEnds) {
  std::size_t records = 0;
  while (records <= kMostRecords && deliver(kRecord) == kRecord) ++records;
  EXPECT_GE(records, kMostRecords * 9 / 10);
  EXPECT_LE(records, kMostRecords);
  EXPECT_TRUE(RecordLimit::has_ended(client_.get()));
  EXPECT_EQ(0u, deliver(kRecord)) << "and stays so";
  limit_.note_delivery();
  EXPECT_EQ(0u, deliver(kRecord)) << "whatever others get";
  EXPECT_TRUE(RecordLimit::has_ended(client_.get()));
}

/// What is OpenSSL's own business never leaves SSL_read().
TEST_F(RecordLimitTest, NewKeysWithoutEndEnd) {
  constexpr std::size_t kMost = RecordLimit::kMostBytes / RecordLimit::kLeastRecord;
  char byte = 0;
  std::size_t keys = 0;
  while (keys <= kMost && !RecordLimit::has_ended(client_.get())) {
    for (int i = 0; i < 100; ++i, ++keys) {
      ASSERT_EQ(1, SSL_key_update(server_.get(), SSL_KEY_UPDATE_NOT_REQUESTED));
      ASSERT_EQ(1, SSL_do_handshake(server_.get()));
    }
    EXPECT_NE(1, SSL_read(client_.get(), &byte, 1));
  }
  EXPECT_TRUE(RecordLimit::has_ended(client_.get()));
  EXPECT_GE(keys, kMost * 9 / 10);
}

}  // namespace
}  // namespace fanfetch
