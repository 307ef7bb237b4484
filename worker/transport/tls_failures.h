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

/// Whose certificate it was. --insecure is about servers alone, as in curl.
enum class Peer { server, proxy };

/// `text`: libcurl's words for what went wrong; `name`: the peer's, for people.
[[nodiscard]] TlsTrouble tls_trouble(std::string_view text, Peer peer, std::string_view name);

}  // namespace fanfetch
