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
      proxy.host_port, proxy.scheme);
}

/// The proxy says that it makes no tunnel. A server that it cannot reach (5xx) may be there next
/// time.
Failed refused_tunnel(const ProxyName& proxy, int status) {
  Failed failed{.error = ErrorClass::connect,
                .message = fmt::format("the proxy {} refuses to connect to the server ({})",
                                       proxy.host_port, status)};
  if (status == kProxyAuthenticationRequired) failed.message = wants_password(proxy);
  if (status >= 500) {
    failed.retry = Retry::yes;
    failed.message =
        fmt::format("the proxy {} cannot connect to the server ({})", proxy.host_port, status);
  }
  return failed;
}

bool is_of_handshake(EndCause cause) {
  return cause == EndCause::tls_handshake || cause == EndCause::tls_not_verified;
}

}  // namespace

ProxyName proxy_of(const Job& job) {
  const bool v6 = job.connect_host.find(':') != std::string::npos;
  const std::string host = v6 ? '[' + job.connect_host + ']' : job.connect_host;
  return {.scheme = job.proxy.substr(0, job.proxy.find("://")),
          .host_port = fmt::format("{}:{}", host, job.connect_port)};
}

std::optional<Failed> proxy_failure(const ExchangeEnd& end, const ProxyName& proxy) {
  const std::string who = "the proxy " + proxy.host_port;
  const int status = end.connect_status;
  if (status != 0 && status / 100 != 2) return refused_tunnel(proxy, status);
  if (end.cause == EndCause::connect) {
    return Failed{.error = ErrorClass::connect,
                  .retry = Retry::yes,
                  .message = fmt::format("{} cannot be reached: {}", who, end.text)};
  }
  if (end.cause == EndCause::socks) {
    return Failed{.error = ErrorClass::connect,
                  .retry = end.proxy_refusal_is_final ? Retry::no : Retry::yes,
                  .message = fmt::format("{} does not connect to the server: {}", who, end.text)};
  }
  if (end.cause == EndCause::protocol && !end.connected) {
    return Failed{.error = ErrorClass::connect,
                  .retry = Retry::yes,
                  .message = fmt::format("{} answers badly when asked for a tunnel", who)};
  }
  if (is_of_handshake(end.cause) && proxy.scheme == "https" && status == 0) {
    TlsTrouble trouble = tls_trouble(end.text, Peer::proxy, who);
    return Failed{.error = ErrorClass::tls,
                  .retry = end.cause == EndCause::tls_handshake ? trouble.retry : Retry::no,
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
