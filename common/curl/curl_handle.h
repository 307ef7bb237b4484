#pragma once

#include <curl/curl.h>
#include <openssl/ssl.h>

#include "common/curl/curl_easy.h"
#include "common/curl/plain_words.h"
#include "common/curl/record_limit.h"
#include "common/http/head_reader.h"

namespace fanfetch {

// For common/curl alone.

class TrustStore;

/// What each TLS context of a handle gets. Both are lent.
struct TlsRules {
  const TrustStore* trusted = nullptr;
  const RecordLimit* record_limit = nullptr;  ///< Null: there is none.
};

/// What a CurlEasy owns; stays where it is when that is moved. libcurl's CURLINFO_PRIVATE leads
/// back to it.
struct CurlEasy::Handle {
  Handle();
  ~Handle() { curl_easy_cleanup(curl); }
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  /// How the transfer ended, in words for people.
  [[nodiscard]] ExchangeEnd end(CURLcode code) const;
  /// libcurl's own words for what went wrong last.
  [[nodiscard]] std::string_view words(CURLcode code) const;
  [[nodiscard]] FailedTransfer failed_transfer() const;

  /// No more of it is taken, and the transfer ends.
  [[nodiscard]] bool head_is_too_long() const { return head_bytes > HeadReader::kMaxHeadBytes; }

  /// Of the proxy's last response to CONNECT; 0: there was none.
  [[nodiscard]] long connect_status() const;
  /// Nothing more of that response matters: only basic authentication is used, and was sent.
  [[nodiscard]] bool tunnel_is_refused() const { return connect_status() >= 300; }

  /// Somebody gets what has come.
  void note_delivery() const {
    if (tls.record_limit != nullptr) tls.record_limit->note_delivery();
  }

  /// The SSL object of its connection; null: it has no TLS, or no connection.
  [[nodiscard]] SSL* ssl() const;

  CURL* curl;
  curl_socket_t kept_socket = CURL_SOCKET_BAD;  // libcurl must not close it
  CurlRequestGuard* request_guard = nullptr;
  CurlResponseHandler* response_handler = nullptr;
  TlsRules tls;
  bool has_head = false;       // and response_handler was told so
  std::size_t head_bytes = 0;  // of all heads, that of a proxy's tunnel and trailers included
  std::chrono::milliseconds connect_timeout{0}, timeout{0};  // as set
  void* owner = nullptr;
  char error[CURL_ERROR_SIZE] = {};  // libcurl writes its words here
};

}  // namespace fanfetch
