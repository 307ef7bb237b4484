#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"
#include "common/url.h"
#include "coordinator/link/host_header.h"

namespace fanfetch {

/// The user's headers for a request to `url`; may hold secrets, never printed.
using HeadersFor =
    std::function<std::vector<std::string>(const Url& url, WasEncrypted was_encrypted)>;

/// A request for one page of a listing.
struct PageRequest {
  std::string url;
  std::vector<std::string> headers;  ///< `Name: value`; may hold a secret, never printed.
  /// The origin that the user named, at whatever address it is; others are reached only where the
  /// address policy lets links lead. Empty: that of `url`.
  std::string named_origin = {};
  /// For another origin that a redirect leads to. May be null: no headers then.
  HeadersFor headers_elsewhere = {};
  /// Why no redirect to another origin is followed, behind the other's name; empty: it is.
  std::string why_not_elsewhere = {};
  /// Whether a 429 or 5xx is retried a few times; false: the caller decides about each response.
  bool retry_refusals = true;
};

/// The response to a PageRequest, whatever its status.
struct Page {
  int http_status = 0;
  std::string content_type;
  std::string body;
  /// Where it came from, without userinfo; empty: from the URL of the request.
  std::string url = {};
  /// Of the last response; names in lower case, in the order received.
  std::vector<std::pair<std::string, std::string>> headers = {};

  /// The value of the first header `name` (lower case); empty if it was not sent.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == headers.end() ? std::string_view() : found->second;
  }
};

/// Fetches one page; blocks. Error: no response (DNS, connection, time-out, or the run stops).
/// The real one is ListingClient; tests respond from memory.
using FetchPage = std::function<Result<Page>(const PageRequest&)>;

}  // namespace fanfetch
