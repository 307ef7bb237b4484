#include "worker/transport/proxy_failures.h"

#include <fmt/format.h>

#include <utility>

#include "worker/transport/tls_failures.h"

namespace fanfetch {
namespace {

constexpr int kProxyAuthenticationRequired = 407;

std::string wants_password(const ProxyName& proxy) {
  return fmt::format(
      "the proxy {} wants another user name and password than it got (407): "
      "{}://USER:PASSWORD@HOST:PORT",
      proxy.place, proxy.scheme);
}

/// No tunnel, by the proxy's own word. That a server cannot be reached may be otherwise next time.
Failed refused_tunnel(const ProxyName& proxy, int status) {
  Failed failed{.error = ErrorClass::connect,
                .message = fmt::format("the proxy {} refuses to connect to the server ({})",
                                       proxy.place, status)};
  if (status == kProxyAuthenticationRequired) failed.message = wants_password(proxy);
  if (status >= 500) {
    failed.retry = Retry::yes;
    failed.message =
        fmt::format("the proxy {} cannot connect to the server ({})", proxy.place, status);
  }
  return failed;
}

/// Another try would be refused for the same reason.
bool is_final(CURLproxycode code) {
  switch (code) {
    case CURLPX_NO_AUTH:
    case CURLPX_USER_REJECTED:
    case CURLPX_REPLY_NOT_ALLOWED:
    case CURLPX_REPLY_COMMAND_NOT_SUPPORTED:
    case CURLPX_REPLY_ADDRESS_TYPE_NOT_SUPPORTED:
    case CURLPX_IDENTD_DIFFER: return true;
    default: return false;
  }
}

bool is_tls(CURLcode code) {
  return code == CURLE_SSL_CONNECT_ERROR || code == CURLE_PEER_FAILED_VERIFICATION;
}

}  // namespace

ProxyName proxy_of(const Job& job) {
  const bool v6 = job.connect_host.find(':') != std::string::npos;
  const std::string host = v6 ? '[' + job.connect_host + ']' : job.connect_host;
  return {.scheme = job.proxy.substr(0, job.proxy.find("://")),
          .place = fmt::format("{}:{}", host, job.connect_port)};
}

std::optional<Failed> proxy_failure(CURLcode code, const std::string& text, const ProxyName& proxy,
                                    const ProxySigns& signs) {
  const std::string who = "the proxy " + proxy.place;
  const int status = signs.connect_status;
  if (status != 0 && status / 100 != 2) return refused_tunnel(proxy, status);
  if (code == CURLE_COULDNT_CONNECT) {
    return Failed{.error = ErrorClass::connect,
                  .retry = Retry::yes,
                  .message = fmt::format("{} cannot be reached: {}", who, text)};
  }
  if (code == CURLE_PROXY) {
    return Failed{.error = ErrorClass::connect,
                  .retry = is_final(signs.socks) ? Retry::no : Retry::yes,
                  .message = fmt::format("{} does not connect to the server: {}", who, text)};
  }
  if (is_tls(code) && proxy.scheme == "https" && status == 0) {
    TlsTrouble trouble = tls_trouble(text, Peer::proxy, who);
    return Failed{.error = ErrorClass::tls,
                  .retry = code == CURLE_SSL_CONNECT_ERROR ? trouble.retry : Retry::no,
                  .message = std::move(trouble.message)};
  }
  return std::nullopt;
}

Failed proxy_wants_password(const ProxyName& proxy, Response response) {
  return {.error = ErrorClass::http_4xx,
          .message = wants_password(proxy),
          .response = std::move(response)};
}

}  // namespace fanfetch
