#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/url.h"

namespace fanfetch {

/// Whether a request before this one, on the way from where the user sent us, was encrypted.
enum class WasEncrypted : bool { no, yes };

/// A header that goes to one host only (--header-for).
struct HostHeader {
  std::string host;    ///< As Url::host: lower case, punycode, IPv6 in brackets.
  std::string header;  ///< `Name: value`; often a secret: never printed.
  /// Only there; nullopt: on the port of the link itself, and where redirects lead from elsewhere,
  /// on 80 and 443.
  std::optional<std::uint16_t> port = std::nullopt;
};

/// Whether a request for `url` carries `header`. `start`: the URL that the user listed or named;
/// `url` is the same, or redirects led there. Left behind like every secret: on a redirect to
/// another port, and where one takes the encryption away.
[[nodiscard]] bool goes_to(const HostHeader& header, const Url& url, const Url& start,
                           WasEncrypted was_encrypted);

}  // namespace fanfetch
