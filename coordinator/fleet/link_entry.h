#pragma once

#include <string>
#include <vector>

#include "common/result.h"
#include "coordinator/fleet/fleet_fields.h"
#include "coordinator/link/link.h"

namespace fanfetch {

/// A planned link on its way from the driver to a node:
///
///     field | what                                             | without it
///     ------+--------------------------------------------------+-----------
///     v     | version                                          | refused
///     id    | LinkId, hexadecimal                              | refused
///     u     | Link::listed, which alone has the link's identity | refused
///     n, o  | Link::name, Link::open_name                      | refused; none
///     i     | Link::index, the place in the list               | refused
///     t     | attempts that the node may make                  | refused
///     s     | how often the driver has sent it, this time too  | 1
///     c     | Link::host_limit: concurrent requests            | 1
///     k     | pieces of its host, see spread_partition()       | 1
///     g, f  | Link::name_given, Link::failed_before            | no
///     h     | names of headers that the node has, by commas    | none
///
/// No secret travels. A link with a user name, or with headers of its own, which may be secrets, is
/// none for a fleet; `h` only names what lies on the node. What the driver alone needs (the list's
/// columns) and what the node knows better (an earlier file, Link::name_key) stays there.
struct LinkEntry {
  Link link;
  unsigned attempts = 1;
  unsigned sent = 1;
  std::vector<std::string> headers;  ///< Names of them.
};

inline constexpr unsigned kMostEntryAttempts = 1000;
inline constexpr std::size_t kMostHeaderNames = 16;

/// Error: it may not travel, or cannot; in words for the link's record.
[[nodiscard]] Result<FleetFields> encode(const LinkEntry& entry);
/// Trusts nothing. A link that is returned has the identity that its URL has, and a name that leads
/// to a visible file below any folder. Error: it is no link, and why.
[[nodiscard]] Result<LinkEntry> decode_link(const FleetFields& fields);

inline constexpr std::size_t kMostSafeNameBytes = 1100;  ///< As long as clean paths with suffixes.

/// Whether `name` is one that NameTemplate and NameClaims make, as far as safety needs it:
/// relative, of valid UTF-8, without a control character, a backslash, or a component that is
/// empty, too long or begins with a dot.
[[nodiscard]] bool is_safe_name(std::string_view name);

}  // namespace fanfetch
