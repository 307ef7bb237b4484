#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "common/result.h"

namespace fanfetch {

/// A longer URL does not fit into a job's payload together with its headers and addresses, so it is
/// refused at the input.
inline constexpr std::size_t kMaxUrlBytes = 8000;
/// The same for the user name and password, which the payload holds apart from the URL.
inline constexpr std::size_t kMaxUserinfoBytes = 1024;

/// An http or https URL: what is asked for, and what it is known by. Two links are one link when
/// their `normal` and `userinfo` are the same.
struct Url {
  /// What is asked for: path and query as they were written, see request_target(). A link may be
  /// signed, and a server may insist on its own spelling. No userinfo, no fragment.
  std::string request;
  std::string normal;      ///< The normal form, what a link is known by. No userinfo, no fragment.
  std::string userinfo;    ///< `user:password`, decoded, or empty. A secret: never printed.
  std::string scheme;      ///< `http` or `https`.
  std::string host;        ///< Lower case, punycode, no trailing dot; an IPv6 literal in brackets.
  std::uint16_t port = 0;  ///< Always set, 80 or 443 where the URL names none.
  std::string path;        ///< Of `normal`: starts with '/', still percent-encoded, no query.

  /// `https://example.org:443`: what shares connections, limits and secrets (RFC 6454).
  [[nodiscard]] std::string origin() const;
  /// The host as an address: without the brackets of an IPv6 literal.
  [[nodiscard]] std::string_view bare_host() const;
};

/// Reads a URL as people write it: spaces and other raw bytes are percent-encoded. Its fragment is
/// dropped before all else. Both forms have a lower-case scheme and host (IDN as punycode), no
/// default port, no trailing dot and no dot segments; the normal form has no escape of a character
/// that needs none either (RFC 3986, 6.2.2), escapes in upper case, `+` for a blank in the query,
/// and no `?` without a query. Ledgers hold its hashes, so it never changes.
/// Errors: what is wrong with it, without the URL itself.
[[nodiscard]] Result<Url> parse_url(std::string_view text);

/// A proxy as libcurl takes it, with nothing left to guess.
struct ProxyUrl {
  std::string text;  ///< `scheme://[user:password@]host:port`: may hold a secret.
  std::string host;  ///< Lower case, punycode, no trailing dot; without the brackets of IPv6.
  std::uint16_t port = 0;
};

/// Reads a proxy as curl does: `http` and port 1080 (443 for https) where it names none. `socks5`
/// and `socks4` would have the names of links looked up here; they become `socks5h` and `socks4a`,
/// with which the proxy does that. Errors: what is wrong with it, without the URL itself.
[[nodiscard]] Result<ProxyUrl> parse_proxy(std::string_view text);

/// `name`, a path or its last component, without what image servers take behind its extension:
/// `a/photo.jpg` of `a/photo.jpg:large`, `a/photo.jpg!thumb` or `a/photo.jpg@2x`.
[[nodiscard]] std::string_view without_variant(std::string_view name);

/// Of the last component of a URL's path or a file name, without its variant: lower case, without
/// its dot. Empty: there is none, or what stands behind the dot is longer than any real one.
[[nodiscard]] std::string extension_of_path(std::string_view path);

/// `text` with the userinfo before the host replaced by `user:***`, as users may be secrets, too;
/// also for text that is no URL.
[[nodiscard]] std::string mask_userinfo(std::string_view text);

/// Percent-decodes `text` once; malformed escapes stay as they are.
[[nodiscard]] std::string percent_decode(std::string_view text);

}  // namespace fanfetch
