#include "coordinator/dispatch/route_finder.h"

#include <fmt/format.h>
#include <sys/epoll.h>

#include <utility>

namespace fanfetch {
namespace {

/// Hosts whose links have had their turn and wait for an address. Far more than are asked for at
/// once, so that hosts that are slow to resolve hold back few others.
constexpr std::size_t kMaxHostsWaitedFor = 1024;

Failed refusal(HostRefusal why) {
  return {.error = ErrorClass::refused,
          .message = "by policy: " + why.text,
          .refused_address = std::move(why.address)};
}

/// The resolver wants a limit; without one the DNS library ends each look-up long before this.
Duration limit_of(std::chrono::milliseconds lookup_timeout) {
  return lookup_timeout.count() > 0 ? lookup_timeout : std::chrono::hours(1);
}

}  // namespace

/// A route whose addresses are still to be found.
struct RouteFinder::Target {
  Route route;
  std::optional<Failed> failed;  ///< There is none.
};

RouteFinder::RouteFinder(EventLoop& loop, RouteRules rules)
    : RouteFinder(loop, std::move(rules), NameFiles()) {}

RouteFinder::RouteFinder(EventLoop& loop, RouteRules rules, NameFiles files)
    : loop_(loop),
      policy_(std::move(rules.policy)),
      proxies_(rules.proxy),
      resolver_(loop,
                {.servers = std::move(rules.dns_servers),
                 .family = rules.family,
                 .lookup_timeout = limit_of(rules.lookup_timeout)},
                files.read()),
      name_watch_([files = std::move(files)]() mutable { return files.read_if_changed(); }) {
  loop_.watch(name_watch_.changed_fd(), EPOLLIN, [this](std::uint32_t) {
    drain_eventfd(name_watch_.changed_fd());
    if (auto names = name_watch_.take()) resolver_.use(std::move(*names));
  });
}

RouteFinder::~RouteFinder() { loop_.unwatch(name_watch_.changed_fd()); }

RouteFinder::Target RouteFinder::target_of(const Url& url) {
  Target target;
  const std::string& proxy = proxies_.proxy_for(url);
  const LookedUp looked_up = proxy.empty() ? LookedUp::here : LookedUp::by_proxy;
  if (auto refused = refused_host(url, policy_, looked_up)) {
    target.failed = refusal(std::move(*refused));
    return target;
  }
  if (proxy.empty()) {
    target.route.host = url.bare_host();
    target.route.port = url.port;
    return target;
  }
  auto found = parsed_proxies_.find(proxy);
  if (found == parsed_proxies_.end()) {
    found = parsed_proxies_.emplace(proxy, parse_proxy(proxy)).first;
  }
  if (const auto& parsed = found->second) {
    target.route = {.proxy = parsed->text, .host = parsed->host, .port = parsed->port};
  } else {
    target.failed = Failed{.error = ErrorClass::connect,
                           .message = "its proxy cannot be used: " + parsed.error().message};
  }
  return target;
}

RouteFinder::Found RouteFinder::judge(const Target& target, const Resolution& resolution) const {
  Route route = target.route;
  const bool by_proxy = !route.proxy.empty();
  if (resolution.failure) {
    // A proxy that is not there is the user's mistake, and not the link's end.
    return tl::unexpected(
        Failed{.error = ErrorClass::dns,
               .retry = by_proxy ? Retry::yes : resolution.failure->retry,
               .message = fmt::format("cannot resolve {}{}: {}", by_proxy ? "the proxy " : "",
                                      route.host, resolution.failure->message)});
  }
  auto allowed = allowed_addresses(resolution.addresses, by_proxy ? nullptr : &policy_);
  if (allowed.addresses.empty()) {
    return tl::unexpected(
        refusal({.text = refusal_of(allowed.refused), .address = allowed.refused}));
  }
  route.addresses = std::move(allowed.addresses);
  return route;
}

std::optional<RouteFinder::Found> RouteFinder::find(const Url& url, Instant now) {
  Target target = target_of(url);
  if (target.failed) return tl::unexpected(std::move(*target.failed));
  const Resolution* known = resolver_.known(target.route.host, now);
  if (known == nullptr) return std::nullopt;
  return judge(target, *known);
}

void RouteFinder::ask(const Url& url, Done done) {
  Target target = target_of(url);
  const std::string host = target.route.host;
  resolver_.ask(host, [this, target = std::move(target), done = std::move(done)](
                          const Resolution& resolution) { done(judge(target, resolution)); });
}

bool RouteFinder::has_room() const { return resolver_.pending() < kMaxHostsWaitedFor; }

}  // namespace fanfetch
