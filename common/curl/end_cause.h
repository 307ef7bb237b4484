#pragma once

#include "common/http/exchange_end.h"

namespace fanfetch {

/// What a CURLcode says of an exchange's end. Pure; of use only where libcurl is.
[[nodiscard]] EndCause end_cause(int curl_code);

/// Whether the reason that a SOCKS proxy gave (a CURLproxycode) is one that another attempt would
/// meet again. Pure.
[[nodiscard]] bool is_final_proxy_refusal(long curl_proxy_code);

}  // namespace fanfetch
