#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// A request for one page of a listing.
struct PageRequest {
  std::string url;
  std::vector<std::string> headers;  ///< `Name: value`; may hold a secret, never printed.
  /// Whether a 429 or 5xx is retried a few times; false: the caller decides about each response.
  bool retry_refusals = true;
};

/// The response to a PageRequest, whatever its status.
struct Page {
  int http_status = 0;
  std::string content_type;
  std::string body;
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
