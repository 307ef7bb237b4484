#pragma once

#include <string>
#include <string_view>

namespace fanfetch {

/// A URL as listed, cut where people look.
struct HostAndPath {
  std::string_view host;  ///< With its port, as written, without userinfo; empty: it has none.
  std::string_view path;  ///< All behind it, with the query; the whole text if that has no host.
};

/// Also for text that is no URL. Views of `url`.
[[nodiscard]] HostAndPath host_and_path(std::string_view url);

}  // namespace fanfetch
