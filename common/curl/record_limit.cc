#include "common/curl/record_limit.h"

#include <openssl/ssl.h>

#include <algorithm>
#include <new>

namespace fanfetch {
namespace {

/// Where OpenSSL keeps our numbers with a connection.
struct Places {
  int bytes = -1;       // of records since the last delivery
  int deliveries = -1;  // how many there were then
};

const Places& places() {
  static const Places all{SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr),
                          SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr)};
  if (all.bytes < 0 || all.deliveries < 0) throw std::bad_alloc();
  return all;
}

// The numbers themselves are kept, where OpenSSL keeps pointers.

std::uint64_t number_at(const SSL* ssl, int place) {
  return reinterpret_cast<std::uintptr_t>(SSL_get_ex_data(ssl, place));
}

void keep(SSL* ssl, int place, std::uint64_t number) {
  static_assert(sizeof(void*) >= sizeof number);
  SSL_set_ex_data(ssl, place, reinterpret_cast<void*>(number));
}

/// OpenSSL calls it with each message, and with the head of each record.
void on_message(int is_sent, int, int type, const void* message, std::size_t size, SSL* ssl,
                void* deliveries) {
  constexpr std::size_t kHeadBytes = 5;  // type, version, length (RFC 8446, 5.1)
  if (is_sent != 0 || type != SSL3_RT_HEADER || size < kHeadBytes) return;
  const auto* const head = static_cast<const unsigned char*>(message);
  const std::size_t length = kHeadBytes + (std::size_t{head[3]} << 8 | head[4]);
  const std::uint64_t record = std::max(length, RecordLimit::kLeastRecord);
  const std::uint64_t now = *static_cast<const std::uint64_t*>(deliveries);
  const bool is_first = number_at(ssl, places().deliveries) != now;
  const std::uint64_t bytes = (is_first ? 0 : number_at(ssl, places().bytes)) + record;
  keep(ssl, places().deliveries, now);
  keep(ssl, places().bytes, bytes);
  if (bytes > RecordLimit::kMostBytes) {
    SSL_set_shutdown(ssl, SSL_get_shutdown(ssl) | SSL_RECEIVED_SHUTDOWN);
  }
}

}  // namespace

RecordLimit::RecordLimit() : deliveries_(std::make_unique<std::uint64_t>(0)) { (void)places(); }

void RecordLimit::watch(ssl_ctx_st* context) const {
  SSL_CTX_set_msg_callback(context, &on_message);
  SSL_CTX_set_msg_callback_arg(context, deliveries_.get());
}

bool RecordLimit::has_ended(const ssl_st* ssl) {
  return number_at(ssl, places().bytes) > kMostBytes;
}

}  // namespace fanfetch
