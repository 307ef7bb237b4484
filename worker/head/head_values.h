#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "common/http/response_head.h"
#include "common/outcome.h"

namespace fanfetch {

// What the rest of the worker takes from a response's head. Pure.

/// Longest header value that is kept: records are for people and scripts, and an outcome has to fit
/// its payload. No ETag or type in honest use comes near.
inline constexpr std::size_t kMaxHeaderValue = 512;

/// The first line of that name, cut after kMaxHeaderValue bytes; "": not sent.
[[nodiscard]] std::string kept_value(const ResponseHead& head, std::string_view name);

/// What an outcome says of the response. `url`: what was asked for.
[[nodiscard]] Response response_of(const ResponseHead& head, const std::string& url);

/// It is HTTP/2 and tells no length: libcurl 7.88 takes a body that a server gave up
/// (RST_STREAM with NO_ERROR) for a whole one.
[[nodiscard]] bool has_uncertain_end(const ResponseHead& head);

}  // namespace fanfetch
