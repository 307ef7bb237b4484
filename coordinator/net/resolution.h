#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "common/outcome.h"

namespace fanfetch {

/// Which addresses a connection may use: both kinds, or only one (`-4`, `-6`).
enum class AddressFamily : std::uint8_t { any, v4, v6 };

/// More addresses of one host are not kept: a job takes eight, and the policy may drop some.
inline constexpr std::size_t kMaxAddressesKept = 32;

/// What is known of a host.
struct Resolution {
  struct Failure {
    std::string message;       ///< Without the host's name.
    Retry retry = Retry::yes;  ///< `no`: there is no such host, or it has no address.
  };

  std::vector<std::string> addresses;  ///< Text, in the order to try; at most kMaxAddressesKept.
  std::optional<Failure> failure;      ///< None: there is at least one address.
};

/// One after the other, IPv6 first (RFC 8305, 4), cut to kMaxAddressesKept.
[[nodiscard]] inline std::vector<std::string> interleave(const std::vector<std::string>& v6,
                                                         const std::vector<std::string>& v4) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < v6.size() || i < v4.size(); ++i) {
    if (i < v6.size()) all.push_back(v6[i]);
    if (i < v4.size()) all.push_back(v4[i]);
  }
  if (all.size() > kMaxAddressesKept) all.resize(kMaxAddressesKept);
  return all;
}

}  // namespace fanfetch
