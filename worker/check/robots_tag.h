#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/http/response_head.h"

namespace fanfetch {

/// What in the X-Robots-Tag lines of `head` asks that the response not be used: `noai`,
/// `noimageai`, `noindex` or `none`; nullopt: nothing does. A line holds rules with commas between
/// them; `agent:` before one makes it and the rules behind it concern that agent alone. We obey
/// what is said to all, and to `product`, the name in our User-Agent. Case does not matter.
/// (developers.google.com/search/docs/crawling-indexing/robots-meta-tag, and DeviantArt's `noai`.)
[[nodiscard]] std::optional<std::string> robots_objection(const ResponseHead& head,
                                                          std::string_view product);

/// `fanfetch` of `fanfetch/1.0 (+https://…)`: the first product (RFC 9110, 10.1.5).
[[nodiscard]] std::string_view product_name(std::string_view user_agent);

}  // namespace fanfetch
