#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// `bytes` in base64 with padding (RFC 4648, 4): of credentials, hashes and data: URLs.
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace fanfetch
