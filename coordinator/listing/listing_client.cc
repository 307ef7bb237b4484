#include "coordinator/listing/listing_client.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>
#include <string_view>
#include <utility>

#include "common/ascii.h"
#include "common/human_text.h"
#include "common/url_text.h"
#include "coordinator/link/retry_wait.h"
#include "coordinator/listing/page_reader.h"
#include "coordinator/listing/page_transport.h"
#include "coordinator/process/stop_wait.h"

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

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

/// Whether a server that responds so asks for another attempt.
bool asks_for_retry(const ResponseHead& head) {
  return head.status() == 429 || head.status() >= 500 ||
         (head.status() == 202 && !head.first("Retry-After").empty());
}

}  // namespace

/// What one request, or a chain of redirects, came to.
struct ListingClient::Attempt {
  Result<Page> page;
  bool worth_retry = false;
  bool unproved = false;  // nothing proves that the page is whole
  std::string redirect;   // absolute; empty: none
};

ListingClient::ListingClient(ListingOptions options)
    : options_(std::move(options)), transport_(std::make_unique<PageTransport>(options_)) {}

ListingClient::~ListingClient() = default;

Result<Page> ListingClient::fetch(const PageRequest& request) {
  if (!wait_unless_stopped(options_.stop_fd, milliseconds(0))) return stopped(request.url);
  std::optional<std::string> unproved;  // the body of the attempt before
  for (int tried = 1;; ++tried) {
    Attempt attempt = follow(request);
    Duration wait = wait_before_retry(attempt.page, tried);
    if (attempt.unproved) {
      if (unproved == attempt.page->body) return std::move(attempt.page);
      if (tried == kTries) {
        return fail(
            "cannot get {}: its connection was closed without TLS's close_notify: it may "
            "have been cut off",
            mask_userinfo(request.url));
      }
      unproved = std::move(attempt.page->body);
      wait = Duration(0);
    } else {
      const bool as_it_is = attempt.page.has_value() && !request.retry_refusals;
      if (!attempt.worth_retry || tried == kTries || wait > kMaxWait || as_it_is) {
        return std::move(attempt.page);
      }
    }
    if (!wait_unless_stopped(options_.stop_fd, ceil<milliseconds>(wait)))
      return stopped(request.url);
  }
}

/// One request, and what came of it.
ListingClient::Attempt ListingClient::get(const Url& url, const std::vector<std::string>& headers,
                                          const AddressPolicy* policy) {
  Attempt attempt;
  PageReader reader;
  auto end = transport_->get(url, headers, policy, reader);
  if (!end) {
    attempt.page = stopped(url.request);
    return attempt;
  }
  const bool whole = end->cause == EndCause::complete;
  if (reader.has_head() && (whole || reader.is_refusal())) {
    const ResponseHead& head = reader.head();
    if (!whole) reader.body().clear();  // the status says enough
    attempt.page = Page{.http_status = head.status(),
                        .content_type = std::string(head.first("Content-Type")),
                        .body = std::move(reader.body()),
                        .url = url.request,
                        .headers = lines_of(head)};
    attempt.worth_retry = asks_for_retry(head);
    attempt.unproved = end->close_unproved && !reader.is_refusal();
    if (const auto target = redirect_target(head); !target.empty()) {
      attempt.redirect = resolve_url(url.request, target);
    }
    return attempt;
  }
  if (end->cause == EndCause::too_large) {
    attempt.page =
        fail("{} is over {} MiB, so it is no listing", url.request, PageReader::kMaxBytes >> 20);
    return attempt;
  }
  if (end->cause == EndCause::timeout && end->text.empty()) {
    end->text =
        fmt::format("no whole response came within {}", human_time(seconds(options_.timeout_s)));
  }
  attempt.page = fail("cannot get {}: {}{}", url.request, end->text, advice(end->cause));
  attempt.worth_retry = may_pass(end->cause);
  return attempt;
}

/// Follows redirects.
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
  const std::string origin = url->origin(), userinfo = url->userinfo;
  const std::string& named = request.named_origin.empty() ? origin : request.named_origin;
  std::vector<std::string> headers = request.headers;
  auto was_encrypted = WasEncrypted::no;
  for (int hops = 0; hops <= kMaxHops; ++hops) {
    Attempt attempt = get(*url, headers, url->origin() == named ? nullptr : &options_.policy);
    if (!attempt.page || attempt.redirect.empty()) return attempt;
    auto target = parse_url(attempt.redirect);
    if (!target) {
      return refuse(fail("{} redirects to '{}', which cannot be followed: {}", url->request,
                         mask_userinfo(attempt.redirect), target.error().message));
    }
    const bool is_elsewhere = target->origin() != origin;
    if (is_elsewhere && !request.why_not_elsewhere.empty()) {
      return refuse(
          fail("{} redirects to {}, {}", url->request, target->request, request.why_not_elsewhere));
    }
    if (url->scheme == "https") was_encrypted = WasEncrypted::yes;
    if (!is_elsewhere) {
      headers = request.headers;
    } else if (request.headers_elsewhere) {
      headers = request.headers_elsewhere(*target, was_encrypted);
    } else {
      headers.clear();
    }
    // The same origin gets the same user, and no other than what the user wrote.
    target->userinfo = is_elsewhere ? std::string() : userinfo;
    url = std::move(target);
  }
  return refuse(fail("{} redirects more than {} times", url->request, kMaxHops));
}

}  // namespace fanfetch
