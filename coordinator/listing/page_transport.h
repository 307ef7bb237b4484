#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/curl/curl_easy.h"
#include "common/curl/curl_multi.h"
#include "common/curl/record_limit.h"
#include "common/curl/trust_store.h"
#include "common/url.h"
#include "coordinator/listing/listing_options.h"
#include "coordinator/listing/page_connection.h"
#include "coordinator/listing/page_reader.h"
#include "coordinator/net/address_policy.h"
#include "coordinator/net/proxy_policy.h"

namespace fanfetch {

/// Asks for pages, one request at a time, over connections that libcurl makes: by way of a proxy if
/// there is one, with TLS, or plain. Keeps the last one for the next page. Blocks. One thread.
class PageTransport {
 public:
  /// `options` is lent.
  explicit PageTransport(const ListingOptions& options);

  /// Sends a request with these `headers` and our own, and feeds `reader` with the response. If the
  /// connection that was kept turns out dead before it has brought a response, the request is sent
  /// once more over a new one. `policy`: which addresses it may connect to, by way of a proxy which
  /// ones the URL may name; null: any. nullopt: the run is stopping.
  [[nodiscard]] std::optional<ExchangeEnd> get(const Url& url,
                                               const std::vector<std::string>& headers,
                                               const AddressPolicy* policy, PageReader& reader);

 private:
  /// Asks the policy about each address before a connection is made to it.
  class AddressGuard final : public CurlAddressGuard {
   public:
    /// Null: all are allowed. REQUIRES: no connection is being made.
    void obey(const AddressPolicy* policy);
    [[nodiscard]] bool may_connect(const sockaddr& address) noexcept override;
    /// The last address that was refused; empty: none.
    [[nodiscard]] const std::string& refused() const { return refused_; }

   private:
    const AddressPolicy* policy_ = nullptr;
    std::string refused_;
  };

  [[nodiscard]] CurlEasy easy_for(const std::string& url, const std::string& proxy,
                                  Instant until) const;
  [[nodiscard]] std::optional<ExchangeEnd> connect(const std::string& url, const std::string& proxy,
                                                   Instant until, const AddressPolicy* policy);
  [[nodiscard]] std::optional<ExchangeEnd> exchange(const std::string& request, PageReader& reader,
                                                    const PageConnection::Patience& patience);

  const ListingOptions& options_;
  const TrustStore trust_;
  const ProxyPolicy proxies_;
  CurlShare sessions_;
  RecordLimit record_limit_;
  AddressGuard guard_;
  CurlMulti multi_;
  std::unique_ptr<PageConnection> connection_;  // freed first
};

}  // namespace fanfetch
