#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/clock.h"
#include "common/event_loop.h"
#include "common/ip_network.h"
#include "common/outcome.h"
#include "common/url.h"
#include "coordinator/net/address_policy.h"
#include "coordinator/net/proxy_policy.h"
#include "coordinator/net/resolver.h"

namespace fanfetch {

/// What the user set for the way to a URL.
struct RouteRules {
  AddressPolicy policy;                 ///< Which addresses links may lead to.
  std::optional<std::string> proxy;     ///< Nullopt: by the environment; empty: none at all.
  std::vector<IpEndpoint> dns_servers;  ///< Empty: the system's.
  AddressFamily family = AddressFamily::any;
  std::chrono::milliseconds lookup_timeout{15'000};  ///< Of one host; 0: none.
};

/// Whom to connect to for a URL.
struct Route {
  std::string proxy;  ///< As libcurl takes it; empty: none.
  std::string host;   ///< The URL's, or the proxy's: without brackets.
  std::uint16_t port = 0;
  std::vector<std::string> addresses;  ///< At most kMaxJobAddresses, and at least one.
};

/// Finds the way to a URL: which proxy, which addresses, and whether the policy allows them. Every
/// job needs one, so none gets around the policy. A proxy is the user's own word: its addresses are
/// exempt, and what lies behind it, it resolves itself; only addresses that a URL names outright
/// are refused then. Thread: the loop's.
class RouteFinder {
 public:
  /// Failed: `refused`, `dns` (Retry::no if there is no such host), or `connect` for a proxy that
  /// is none.
  using Found = tl::expected<Route, Failed>;
  using Done = std::function<void(Found)>;

  RouteFinder(EventLoop& loop, RouteRules rules);

  /// What is known without a query; none: ask().
  [[nodiscard]] std::optional<Found> find(const Url& url, Instant now);
  /// Looks up what find() does not know. `done` is called once, from the loop, never from within.
  void ask(const Url& url, Done done);
  /// Few enough hosts are waited for to ask for one more.
  [[nodiscard]] bool has_room() const;

 private:
  struct Target;

  [[nodiscard]] Target target_of(const Url& url);
  [[nodiscard]] Found judge(const Target& target, const Resolution& resolution) const;

  const AddressPolicy policy_;
  const ProxyPolicy proxies_;
  std::map<std::string, Result<ProxyUrl>> parsed_proxies_;  // of those few that there are
  Resolver resolver_;
};

}  // namespace fanfetch
