#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "common/result.h"

namespace fanfetch {

/// A page of a listing to be asked for.
struct PageRequest {
  std::string url;
  std::vector<std::string> headers;  ///< `Name: value`; may hold a secret, never printed.
};

/// What came back, whatever its status.
struct Page {
  int http_status = 0;
  std::string content_type;
  std::string body;
};

/// Gets one page, blocking. Error: no answer came (name, connection, time-out, stopping).
/// The real one is ListingClient; tests answer from memory.
using FetchPage = std::function<Result<Page>(const PageRequest&)>;

}  // namespace fanfetch
