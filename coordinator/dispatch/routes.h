#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "common/clock.h"
#include "common/outcome.h"
#include "common/url.h"

namespace fanfetch {

/// What to connect to for a URL.
struct Route {
  std::string proxy;  ///< As libcurl takes it; empty for a direct connection.
  std::string host;   ///< The URL's or the proxy's, without brackets.
  std::uint16_t port = 0;
  std::vector<std::string> addresses;  ///< At least one, at most kMaxJobAddresses.
};

/// Finds the route to a URL. Abstract so that dispatching is tested without a DNS query; the real
/// one is RouteFinder.
struct Routes {
  /// Failed: the URL must not or cannot be connected to.
  using Found = tl::expected<Route, Failed>;
  using Done = std::function<void(Found)>;

  virtual ~Routes() = default;
  /// What is known without a query; nullopt: ask() has to find it.
  [[nodiscard]] virtual std::optional<Found> find(const Url& url, Instant now) = 0;
  /// Looks up what find() does not know. `done` is called once, from the loop, never from within.
  virtual void ask(const Url& url, Done done) = 0;
  /// Few enough hosts are waited for to ask for one more.
  [[nodiscard]] virtual bool has_room() const = 0;
};

}  // namespace fanfetch
