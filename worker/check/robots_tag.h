#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace fanfetch {

/// What of the X-Robots-Tag headers in `values` asks that the answer be not used: `noai`,
/// `noimageai`, `noindex` or `none`; none: nothing does. A header holds rules with commas between
/// them; `agent:` before one makes it and those behind it concern that agent alone. We obey what is
/// said to all, and to `product`, the name in our User-Agent. Case does not matter.
/// (developers.google.com/search/docs/crawling-indexing/robots-meta-tag, and DeviantArt's `noai`.)
[[nodiscard]] std::optional<std::string> robots_objection(std::span<const std::string> values,
                                                          std::string_view product);

/// `fanfetch` of `fanfetch/1.0 (+https://…)`: the first product (RFC 9110, 10.1.5).
[[nodiscard]] std::string_view product_name(std::string_view user_agent);

}  // namespace fanfetch
