#pragma once

#include <string>
#include <string_view>

#include "common/http/request.h"

namespace fanfetch {

// The way to a server: straight, or by a proxy. `url` is absolute and without userinfo; `proxy` is
// as parse_proxy() writes it, or empty: none. Pure.

/// Requests on the same way may use one connection after the other: they have the same origin, and
/// the same proxy with the same user. Plain links by way of a proxy that forwards them have the
/// proxy alone. Holds the proxy's password: never printed.
[[nodiscard]] std::string way_key(std::string_view url, std::string_view proxy);

/// The proxy forwards requests, and makes no tunnel: they go there in absolute form.
[[nodiscard]] bool is_forwarded(std::string_view url, std::string_view proxy);
/// TLS is between us and whoever is at the other end of the connection: the server or the proxy.
[[nodiscard]] bool uses_tls(std::string_view url, std::string_view proxy);
/// `user:password` of the proxy, decoded, or empty.
[[nodiscard]] std::string proxy_userinfo(std::string_view proxy);
/// The bytes of `request` on its way: in the form that the other end of the connection wants, with
/// the proxy's user name and password if it is the proxy that reads them.
[[nodiscard]] std::string write_on_way(const HttpRequest& request, std::string_view proxy);

}  // namespace fanfetch
