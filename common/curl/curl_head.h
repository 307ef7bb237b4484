#pragma once

#include "common/curl/curl_easy.h"
#include "common/http/response_head.h"

namespace fanfetch {

/// The head of the last response on `easy`, as far as it came: the one place where headers are read
/// from libcurl. Heads of 1xx responses, of a proxy's response to CONNECT, and trailers are left
/// out.
[[nodiscard]] ResponseHead read_head(const CurlEasy& easy);

}  // namespace fanfetch
