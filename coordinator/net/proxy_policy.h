#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "common/url.h"

namespace fanfetch {

/// Which proxy a request goes through. `http_proxy` counts in lower case only, as its upper-case
/// twin can be set by strangers in CGI; the others in both. Values are read once. `no_proxy` lists
/// names (each with all below it), addresses and blocks of them (`10.0.0.0/8`), or `*`, as in curl.
class ProxyPolicy {
 public:
  /// `given`: from --proxy, empty for "none at all"; wins over the environment's proxies, but not
  /// over no_proxy.
  explicit ProxyPolicy(const std::optional<std::string>& given);

  /// Empty: none.
  [[nodiscard]] const std::string& proxy_for(const Url& url) const;
  /// The ports of the proxies, if nothing goes past them; empty: something may.
  [[nodiscard]] std::vector<std::uint16_t> only_ports() const;

 private:
  [[nodiscard]] bool goes_direct(std::string_view host) const;

  std::string http_;
  std::string https_;
  std::string no_proxy_;
  std::string none_;
};

}  // namespace fanfetch
