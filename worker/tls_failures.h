#pragma once

#include <string>
#include <string_view>

#include "common/outcome.h"

namespace fanfetch {

// What TLS failures mean, by what OpenSSL calls them, and what to do about it. Pure.

struct TlsTrouble {
  std::string message;
  Retry retry = Retry::no;
};

/// `text`: libcurl's words for what went wrong; `who`: for people, `the server` or a proxy.
[[nodiscard]] TlsTrouble tls_trouble(std::string_view text, std::string_view who);

}  // namespace fanfetch
