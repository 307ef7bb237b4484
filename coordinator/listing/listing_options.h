#pragma once

#include <optional>
#include <string>

#include "common/curl/tls_bytes.h"
#include "coordinator/net/address_policy.h"

namespace fanfetch {

/// How listing pages are asked for. Apart because ListingClient and what is below it share it.
struct ListingOptions {
  std::string user_agent;
  /// nullopt: as the environment says, like curl; empty: no proxy.
  std::optional<std::string> proxy;
  TlsBytes tls;
  bool verify_tls = true;
  AddressPolicy policy;  ///< Of origins that the user did not name.
  long connect_timeout_s = 15;
  long timeout_s = 60;  ///< For one response; each hop of a redirect has its own.
  int stop_fd = -1;     ///< Readable when the run stops: a request under way is given up.
};

}  // namespace fanfetch
