#pragma once

#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// Whether `text` may be a header's name (RFC 9110: token).
[[nodiscard]] bool is_token(std::string_view text);

/// A header that the user, or a list, wants to be sent: `Name: value`, with a single blank. Error:
/// why it cannot be sent, without its value, which may be a secret.
[[nodiscard]] Result<std::string> parse_request_header(std::string_view text);

/// Whether a header's value may hold `text`: no control character but the tab.
[[nodiscard]] bool is_header_text(std::string_view text);

}  // namespace fanfetch
