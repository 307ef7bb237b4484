#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/outcome.h"
#include "worker/head/body_headers.h"

namespace fanfetch {

// What came back on a handle, as far as it came.

/// Up to kMaxHeaderValue bytes; "": it was not sent.
[[nodiscard]] std::string header_value(CURL* easy, const char* name);

/// All headers of that name, each up to kMaxHeaderValue bytes, in their order.
[[nodiscard]] std::vector<std::string> header_values(CURL* easy, const char* name);

/// The file name that Content-Disposition suggests; see check/content_disposition.h.
[[nodiscard]] std::string read_suggested_name(CURL* easy);

/// 0: no answer yet.
[[nodiscard]] int http_status(CURL* easy);

/// Content-Length; none: not sent, or overruled by chunks.
[[nodiscard]] std::optional<std::uint64_t> announced_length(CURL* easy);

/// It is HTTP/2 and tells no length: libcurl 7.88 takes a body that a server gave up
/// (RST_STREAM with NO_ERROR) for a whole one.
[[nodiscard]] bool has_uncertain_end(CURL* easy);

/// `url`: what was asked for.
[[nodiscard]] Response read_response(CURL* easy, const std::string& url);

[[nodiscard]] BodyHeaders read_body_headers(CURL* easy);

}  // namespace fanfetch
