#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// A page of a listing to be asked for.
struct PageRequest {
  std::string url;
  std::vector<std::string> headers;  ///< `Name: value`; may hold a secret, never printed.
  /// A 429 or a 5xx is asked for again a few times; false: the caller judges each one.
  bool retry_refusals = true;
};

/// What came back, whatever its status.
struct Page {
  int http_status = 0;
  std::string content_type;
  std::string body;
  /// Of the last answer, names in lower case, in the order they came.
  std::vector<std::pair<std::string, std::string>> headers = {};

  /// The first header of that (lower-case) name; empty: not sent.
  [[nodiscard]] std::string_view header(std::string_view name) const {
    const auto found = std::find_if(headers.begin(), headers.end(),
                                    [&](const auto& header) { return header.first == name; });
    return found == headers.end() ? std::string_view() : found->second;
  }
};

/// Gets one page, blocking. Error: no answer came (name, connection, time-out, stopping).
/// The real one is ListingClient; tests answer from memory.
using FetchPage = std::function<Result<Page>(const PageRequest&)>;

}  // namespace fanfetch
