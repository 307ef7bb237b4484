#include "coordinator/net/listing_client.h"

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/curl/curl_easy.h"
#include "common/curl/curl_head.h"
#include "common/curl/curl_multi.h"
#include "common/url.h"
#include "common/url_text.h"
#include "coordinator/link/retry_wait.h"
#include "coordinator/process/stop_wait.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t kMaxPageBytes = std::size_t{64} << 20;
constexpr int kTries = 3;
constexpr int kMaxHops = 5;
constexpr seconds kFirstWait{1};
constexpr seconds kMaxWait{30};

/// Failures that the same request may not meet again.
bool may_pass(EndCause cause) {
  switch (cause) {
    case EndCause::name_lookup:
    case EndCause::proxy_lookup:
    case EndCause::connect:
    case EndCause::timeout:
    case EndCause::tls_handshake:
    case EndCause::connection_lost:
    case EndCause::no_response:
    case EndCause::cut_short: return true;
    default: return false;
  }
}

std::string_view advice(EndCause cause) {
  switch (cause) {
    case EndCause::tls_not_verified: return "; --cacert names the certificates to trust";
    case EndCause::proxy_lookup: return "; check --proxy and the proxy variables";
    case EndCause::name_lookup:
    case EndCause::connect:
    case EndCause::timeout: return "; check the network";
    default: return "";
  }
}

tl::unexpected<Error> stopped(const std::string& url) {
  return fail("stopped before {} came", mask_userinfo(url));
}

/// All header lines, names in lower case.
std::vector<std::pair<std::string, std::string>> lines_of(const ResponseHead& head) {
  std::vector<std::pair<std::string, std::string>> lines;
  lines.reserve(head.size());
  for (std::size_t i = 0; i < head.size(); ++i) {
    const auto [name, value] = head.line(i);
    lines.emplace_back(to_lower(name), value);
  }
  return lines;
}

/// What the server asks for, if it asks for a wait; else 1 and 2 s.
Duration wait_before_retry(const Result<Page>& page, int tries) {
  const auto asked = parse_retry_after(page ? page->header("retry-after") : std::string_view(),
                                       std::chrono::system_clock::now());
  return asked > seconds(0) ? *asked : exponential_backoff(tries, kFirstWait, kMaxWait);
}

/// Receives one body. A page that grows too large ends its transfer.
class PageBody : public CurlBodyHandler {
 public:
  [[nodiscard]] Taken on_body(std::span<const std::byte> piece) noexcept override {
    too_large = piece.size() > kMaxPageBytes - bytes.size();
    if (too_large) return Taken::no_more;
    bytes.append(reinterpret_cast<const char*>(piece.data()), piece.size());
    return Taken::all;
  }

  std::string bytes;
  bool too_large = false;
};

/// Where a redirect points; empty: it is none.
std::string target_of(const ResponseHead& head, const std::string& url) {
  const std::string_view location = head.first("Location");
  if (head.status() / 100 != 3 || location.empty()) return "";
  return resolve_url(url, location);
}

}  // namespace

/// What one request, or a chain of redirects, came to.
struct ListingClient::Attempt {
  Result<Page> page;
  bool worth_retry = false;
  std::string redirect;  // absolute; empty: none
};

/// The libcurl handles: the multi keeps connections, and can wait for a stop, too.
struct ListingClient::Handle {
  CurlMulti multi;
  CurlEasy easy;  // freed first

  void set_up(const Url& url, const ListingOptions& options);
  [[nodiscard]] std::optional<ExchangeEnd> perform(int stop_fd);
  [[nodiscard]] Attempt get(const Url& url, const std::vector<std::string>& headers,
                            const ListingOptions& options);
};

/// All options that do not depend on what is received; reset first, so that none is left over.
void ListingClient::Handle::set_up(const Url& url, const ListingOptions& options) {
  easy.reset();
  easy.set_url(url.request);
  if (!url.userinfo.empty()) easy.set_basic_auth(url.userinfo);
  // Over HTTP/2 Debian's libcurl can take a body that was cut short for a whole one.
  easy.set_http(CurlEasy::Http::v1_1);
  easy.accept_encodings();
  easy.set_user_agent(options.user_agent);
  if (options.proxy) easy.set_proxy(*options.proxy);
  easy.abandon_lookups();
  easy.set_connect_timeout(seconds(options.connect_timeout_s));
  easy.set_timeout(seconds(options.timeout_s));
  easy.set_trust(options.ca_file);
  if (!options.cert_file.empty()) easy.set_client_certificate(options.cert_file, options.key_file);
  easy.set_verify_tls(options.verify_tls);
}

/// Runs the transfer that was set up. nullopt: the run is stopping, and the transfer was given up.
std::optional<ExchangeEnd> ListingClient::Handle::perform(int stop_fd) {
  multi.add(easy);
  std::optional<ExchangeEnd> result;
  if (multi.run(stop_fd)) result = {.cause = EndCause::protocol, .text = "libcurl does not run"};
  multi.collect([&](void*, ExchangeEnd end) { result = std::move(end); });
  multi.remove(easy);
  return result;
}

ListingClient::Attempt ListingClient::Handle::get(const Url& url,
                                                  const std::vector<std::string>& headers,
                                                  const ListingOptions& options) {
  PageBody body;
  const CurlList list(headers);
  set_up(url, options);
  easy.set_headers(list);
  easy.set_body_handler(body);
  const auto end = perform(options.stop_fd);

  Attempt attempt;
  if (!end) {
    attempt.page = stopped(url.request);
  } else if (body.too_large) {
    attempt.page = fail("{} is over {} MiB, so it is no listing; check --api-base", url.request,
                        kMaxPageBytes >> 20);
  } else if (end->cause != EndCause::complete) {
    attempt.page = fail("cannot get {}: {}{}", url.request, end->text, advice(end->cause));
    attempt.worth_retry = may_pass(end->cause);
  } else if (const ResponseHead head = read_head(easy); head.is_too_long()) {
    attempt.page =
        fail("{} has too long a head, so it is no listing; check --api-base", url.request);
  } else {
    attempt.page = Page{.http_status = head.status(),
                        .content_type = std::string(head.first("Content-Type")),
                        .body = std::move(body.bytes),
                        .headers = lines_of(head)};
    attempt.worth_retry = head.status() == 429 || head.status() >= 500;
    attempt.redirect = target_of(head, url.request);
  }
  easy.reset();  // what the handle points at ends with this call
  return attempt;
}

ListingClient::ListingClient(ListingOptions options)
    : handle_(std::make_unique<Handle>()), options_(std::move(options)) {}

ListingClient::~ListingClient() = default;

Result<Page> ListingClient::fetch(const PageRequest& request) {
  if (!wait_unless_stopped(options_.stop_fd, milliseconds(0))) return stopped(request.url);
  for (int tried = 1;; ++tried) {
    Attempt attempt = follow(request);
    const Duration wait = wait_before_retry(attempt.page, tried);
    const bool as_it_is = attempt.page.has_value() && !request.retry_refusals;
    if (!attempt.worth_retry || tried == kTries || wait > kMaxWait || as_it_is) {
      return std::move(attempt.page);
    }
    if (!wait_unless_stopped(options_.stop_fd, ceil<milliseconds>(wait)))
      return stopped(request.url);
  }
}

/// Follows redirects within the origin of `request`.
ListingClient::Attempt ListingClient::follow(const PageRequest& request) {
  const auto refuse = [](tl::unexpected<Error> error) {
    Attempt attempt;
    attempt.page = std::move(error);
    return attempt;
  };
  auto url = parse_url(request.url);
  if (!url) {
    return refuse(fail("cannot get {}: {}", mask_userinfo(request.url), url.error().message));
  }
  for (int hops = 0; hops <= kMaxHops; ++hops) {
    Attempt attempt = handle_->get(*url, request.headers, options_);
    if (!attempt.page || attempt.redirect.empty()) return attempt;
    auto target = parse_url(attempt.redirect);
    if (!target) {
      return refuse(fail("{} redirects to '{}', which cannot be followed: {}", url->request,
                         mask_userinfo(attempt.redirect), target.error().message));
    }
    if (target->origin() != url->origin()) {
      return refuse(
          fail("{} redirects to {}, another server, which must not get the client ID; if it is the "
               "right one, name it with --api-base",
               url->request, target->request));
    }
    if (target->userinfo.empty()) target->userinfo = url->userinfo;  // same origin, same user
    url = std::move(target);
  }
  return refuse(fail("{} redirects more than {} times", url->request, kMaxHops));
}

}  // namespace fanfetch
