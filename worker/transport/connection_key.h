#pragma once

#include <string>

#include "common/job.h"

namespace fanfetch {

// What makes a connection what it is. Pure.

/// Jobs with the same key may use one connection after the other: they have the same origin, the
/// same proxy with the same user, and the same trust in the server. Plain links by way of a proxy
/// that forwards them have the proxy alone. Holds the proxy's password: never printed.
[[nodiscard]] std::string connection_key(const Job& job);

/// Its proxy forwards requests, and makes no tunnel: they go there in absolute form.
[[nodiscard]] bool is_forwarded(const Job& job);
/// TLS is between us and whoever is at the other end of the connection: the server or the proxy.
[[nodiscard]] bool uses_tls(const Job& job);
/// `user:password` of the job's proxy, decoded, or empty.
[[nodiscard]] std::string proxy_userinfo(const Job& job);

}  // namespace fanfetch
