#include "coordinator/net/proxy_policy.h"

#include <cstdlib>
#include <initializer_list>

namespace fanfetch {
namespace {

std::string from_environment(std::initializer_list<const char*> names) {
  for (const char* name : names) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return "";
}

}  // namespace

ProxyPolicy::ProxyPolicy(const std::optional<std::string>& given)
    : http_(given ? *given : from_environment({"http_proxy", "all_proxy", "ALL_PROXY"})),
      https_(given ? *given
                   : from_environment({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})),
      no_proxy_(from_environment({"no_proxy", "NO_PROXY"})) {}

const std::string& ProxyPolicy::proxy_for(const Url& url) const {
  if (goes_direct(url.bare_host())) return none_;
  return url.scheme == "https" ? https_ : http_;
}

bool ProxyPolicy::goes_direct(std::string_view host) const {
  constexpr std::string_view kSeparators = ", \t";
  std::string_view rest = no_proxy_;
  for (;;) {
    const auto begin = rest.find_first_not_of(kSeparators);
    if (begin == std::string_view::npos) return false;
    rest.remove_prefix(begin);
    std::string_view entry = rest.substr(0, rest.find_first_of(kSeparators));
    rest.remove_prefix(entry.size());
    if (entry == "*") return true;
    if (entry.starts_with('.')) entry.remove_prefix(1);
    if (entry.empty() || !host.ends_with(entry)) continue;
    if (host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.') return true;
  }
}

}  // namespace fanfetch
