#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// It travels with every job, beside a URL and headers (channel.h).
inline constexpr std::size_t kMaxProxyBytes = 1024;

/// A proxy as users write it (`socks5h://me:secret@10.0.0.1:1080`), but for its user and password.
struct ProxyUrl {
  std::string scheme;  ///< `http`, `https`, `socks4`, `socks4a`, `socks5` or `socks5h`.
  std::string host;    ///< IPv6 in brackets.
  std::uint16_t port = 0;

  /// `10.0.0.1:1080`, for messages.
  [[nodiscard]] std::string name() const { return fmt::format("{}:{}", host, port); }
};

/// Reads it as libcurl will: without a scheme it is an http proxy, without a port it listens on
/// 1080, or 443 for https. Errors never hold the text, which may have a password.
[[nodiscard]] Result<ProxyUrl> parse_proxy_url(std::string_view text);

}  // namespace fanfetch
