#pragma once

#include <optional>
#include <string>

#include "common/url.h"

namespace fanfetch {

/// URLs that a server redirects to in place of a picture that is gone, over http and https, with a
/// query or without: asking would bring a picture that nobody wants. What stands behind the URL,
/// for people; nullopt if it is no known placeholder. Pure.
[[nodiscard]] std::optional<std::string> placeholder(const Url& url);

}  // namespace fanfetch
