#pragma once

#include <curl/curl.h>

#include <optional>
#include <string>

#include "common/job.h"
#include "common/outcome.h"

namespace fanfetch {

// Whose fault it is that a request through a proxy failed, as far as one can tell. Messages name
// the proxy, without user and password. Pure.

/// A proxy as messages may name it.
struct ProxyName {
  std::string scheme;  ///< `http`, `https`, `socks4a` or `socks5h`.
  std::string place;   ///< `host:port`.
};
/// REQUIRES: `job` has a proxy.
[[nodiscard]] ProxyName proxy_of(const Job& job);

/// What libcurl knows of its dealings with the proxy.
struct ProxySigns {
  int connect_status = 0;           ///< The answer to CONNECT; 0: none.
  CURLproxycode socks = CURLPX_OK;  ///< What a SOCKS proxy had against it.
};

/// libcurl gave up. None: the proxy has done its part.
[[nodiscard]] std::optional<Failed> proxy_failure(CURLcode code, const std::string& text,
                                                  const ProxyName& proxy, const ProxySigns& signs);

/// An answer of 407, which is none of the server's.
[[nodiscard]] Failed proxy_wants_password(const ProxyName& proxy, Response response);

}  // namespace fanfetch
