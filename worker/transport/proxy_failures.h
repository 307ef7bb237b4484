#pragma once

#include <optional>
#include <string>

#include "common/http/exchange_end.h"
#include "common/job.h"
#include "common/outcome.h"

namespace fanfetch {

// Whether the proxy or the server is why a request through a proxy failed, as far as that shows.
// Messages name the proxy, without user and password. Pure.

/// A proxy as messages may name it.
struct ProxyName {
  std::string scheme;     ///< `http`, `https`, `socks4a` or `socks5h`.
  std::string host_port;  ///< `host:port`.
};
/// REQUIRES: `job` has a proxy.
[[nodiscard]] ProxyName proxy_of(const Job& job);

/// The exchange broke off. nullopt: not because of the proxy. REQUIRES: `end` is not `complete`.
[[nodiscard]] std::optional<Failed> proxy_failure(const ExchangeEnd& end, const ProxyName& proxy);

/// A 407 in response to the request itself: the proxy sent it, not the server.
[[nodiscard]] Failed proxy_wants_password(const ProxyName& proxy, Response response);

}  // namespace fanfetch
