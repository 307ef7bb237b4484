#include "coordinator/listing/page_transport.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

#include "common/curl/curl_global.h"
#include "common/http/request.h"
#include "common/ip_address.h"
#include "common/way.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

HttpRequest request_for(const Url& url, const std::vector<std::string>& headers,
                        const std::string& user_agent) {
  HttpRequest request{.url = url.request, .userinfo = url.userinfo, .lines = headers};
  request.add_unless_there("User-Agent", user_agent);
  request.add_unless_there("Accept", "*/*");
  request.add_unless_there("Accept-Encoding", "gzip");
  return request;
}

ExchangeEnd refusal(const HostRefusal& why) {
  return {.cause = EndCause::protocol,
          .text = fmt::format("refused by policy: {}, to which no server may lead{}", why.text,
                              why.address.empty() ? "" : "; --allow-net allows it")};
}

}  // namespace

void PageTransport::AddressGuard::obey(const AddressPolicy* policy) {
  policy_ = policy;
  refused_.clear();
}

bool PageTransport::AddressGuard::may_connect(const sockaddr& address) noexcept {
  if (policy_ == nullptr) return true;
  std::string text = to_text(address);
  if (policy_->allows(text)) return true;
  refused_ = std::move(text);
  return false;
}

PageTransport::PageTransport(const ListingOptions& options)
    : options_(options), trust_(TrustStore::of(options.tls.ca)), proxies_(options.proxy) {}

/// A new handle each time: libcurl 7.88 reads freed memory on one that was used before.
CurlEasy PageTransport::easy_for(const std::string& url, const std::string& proxy,
                                 Instant until) const {
  CurlEasy easy;
  easy.set_url(url);
  easy.set_proxy(proxy);
  easy.set_connect_only();
  easy.set_http(CurlEasy::Http::v1_1);
  easy.abandon_lookups();
  easy.set_connect_timeout(seconds(options_.connect_timeout_s));
  const auto left = ceil<milliseconds>(until - std::chrono::steady_clock::now());
  easy.set_timeout(std::max(left, milliseconds(1)));
  easy.set_trust(trust_);
  easy.set_record_limit(record_limit_);
  if (!options_.tls.cert.empty()) {
    easy.set_client_certificate(options_.tls.cert, options_.tls.key);
  }
  easy.set_verify_tls(options_.verify_tls);
  easy.set_share(sessions_);
  return easy;
}

/// Makes `connection_`. nullopt: the run is stopping. Else `complete`, or why there is none.
std::optional<ExchangeEnd> PageTransport::connect(const std::string& url, const std::string& proxy,
                                                  Instant until, const AddressPolicy* policy) {
  connection_.reset();
  CurlEasy easy = easy_for(url, proxy, until);
  guard_.obey(proxy.empty() ? policy : nullptr);
  easy.set_address_guard(guard_);
  multi_.add(easy);
  std::optional<ExchangeEnd> end;
  if (multi_.run(options_.stop_fd)) {
    end = {.cause = EndCause::protocol, .text = "libcurl does not run"};
  }
  multi_.collect([&](void*, ExchangeEnd ended) { end = std::move(ended); });
  if (!end || end->cause != EndCause::complete) {
    multi_.remove(easy);
    if (end && !guard_.refused().empty()) {
      return refusal({.text = refusal_of(guard_.refused()), .address = guard_.refused()});
    }
    if (end && end->cause == EndCause::protocol && !proxy.empty()) {  // its response to CONNECT
      return ExchangeEnd{.cause = EndCause::connection_lost,
                         .text = "the proxy answers badly: " + end->text};
    }
    return end;
  }
  try {
    connection_ = std::make_unique<PageConnection>(way_key(url, proxy), std::move(easy), multi_,
                                                   uses_tls(url, proxy));
  } catch (const CurlError& error) {
    return ExchangeEnd{.cause = EndCause::connect, .text = error.what()};
  }
  return end;
}

std::optional<ExchangeEnd> PageTransport::get(const Url& url,
                                              const std::vector<std::string>& headers,
                                              const AddressPolicy* policy, PageReader& reader) {
  std::string proxy = proxies_.proxy_for(url);
  if (policy != nullptr) {
    const LookedUp looked_up = proxy.empty() ? LookedUp::here : LookedUp::by_proxy;
    if (const auto refused = refused_host(url, *policy, looked_up)) return refusal(*refused);
  }
  if (!proxy.empty()) {
    auto parsed = parse_proxy(proxy);
    if (!parsed) {
      return ExchangeEnd{.cause = EndCause::protocol,
                         .text = "the proxy: " + parsed.error().message};
    }
    proxy = std::move(parsed->text);
  }
  const std::string request = write_on_way(request_for(url, headers, options_.user_agent), proxy);
  const PageConnection::Patience patience{
      .until = std::chrono::steady_clock::now() + seconds(options_.timeout_s),
      .stop_fd = options_.stop_fd};
  if (connection_ && connection_->key() == way_key(url.request, proxy) &&
      connection_->is_silent()) {
    auto end = exchange(request, reader, patience);
    if (!end || reader.has_head() || end->cause == EndCause::timeout) return end;
    reader = PageReader();
  }
  auto connected = connect(url.request, proxy, patience.until, policy);
  if (!connected || connected->cause != EndCause::complete) return connected;
  return exchange(request, reader, patience);
}

/// Over `connection_`, which stays if it may be used again.
std::optional<ExchangeEnd> PageTransport::exchange(const std::string& request, PageReader& reader,
                                                   const PageConnection::Patience& patience) {
  auto end = connection_->exchange(request, reader, patience);
  if (!connection_->is_kept()) connection_.reset();
  return end;
}

}  // namespace fanfetch
