#pragma once

#include <optional>
#include <string_view>

#include "common/url.h"

namespace fanfetch {

/// What parse_url() yields for a URL that is written in its normal form already, by characters that
/// mean nothing but themselves: nearly all links are, and reading them so takes a tenth of the
/// time. nullopt: it is written otherwise, or is no URL, which only the whole reading can tell.
[[nodiscard]] std::optional<Url> plain_url(std::string_view text);

}  // namespace fanfetch
