#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/clock.h"
#include "common/event_loop.h"
#include "common/ip_network.h"
#include "common/outcome.h"
#include "common/url.h"
#include "coordinator/dispatch/routes.h"
#include "coordinator/net/address_policy.h"
#include "coordinator/net/name_files.h"
#include "coordinator/net/name_watch.h"
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

/// Finds the way to a URL: which proxy, which addresses, and whether the policy allows them. Every
/// job needs one, so none gets around the policy. A proxy is the user's own word: its addresses are
/// exempt, and what lies behind it, it resolves itself: see refused_host() for what is refused
/// then. Failures: `refused`, `dns` (Retry::no if there is no such host), or `connect` for a proxy
/// that cannot be used. Thread: the loop's.
class RouteFinder final : public Routes {
 public:
  /// Reads the hosts file and resolv.conf; a NameWatch follows later changes of them.
  RouteFinder(EventLoop& loop, RouteRules rules);
  ~RouteFinder() override;
  RouteFinder(const RouteFinder&) = delete;
  RouteFinder& operator=(const RouteFinder&) = delete;

  [[nodiscard]] std::optional<Found> find(const Url& url, Instant now) override;
  void ask(const Url& url, Done done) override;
  [[nodiscard]] bool has_room() const override;

 private:
  struct Target;

  RouteFinder(EventLoop& loop, RouteRules rules, NameFiles files);
  [[nodiscard]] Target target_of(const Url& url);
  [[nodiscard]] Found judge(const Target& target, const Resolution& resolution) const;

  EventLoop& loop_;
  const AddressPolicy policy_;
  const ProxyPolicy proxies_;
  std::map<std::string, Result<ProxyUrl>> parsed_proxies_;  // of those few that there are
  Resolver resolver_;
  NameWatch name_watch_;
};

}  // namespace fanfetch
