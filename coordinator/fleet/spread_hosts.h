#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/url.h"

namespace fanfetch {

/// A host that is too big for one node: its links are divided among several partitions.
///
/// Each of its links says how many pieces its host has (LinkEntry), so that a node needs to know
/// nothing else. That number holds for a job as long as any node may work by it: were there links
/// by two numbers at a time, both kinds would have the host's whole limit.
struct SpreadHost {
  std::string host;                        ///< In the form of Url::host.
  std::optional<std::uint16_t> port = {};  ///< nullopt: on any.
  unsigned pieces = 0;                     ///< 0: kUsualPieces, or as many as there may be.

  bool operator==(const SpreadHost&) const = default;
};
/// Each host and port at most once.
using SpreadHosts = std::vector<SpreadHost>;

/// Enough for two nodes to have shares alike, and for eight to have one at all.
inline constexpr unsigned kUsualPieces = 8;
/// They are looked through for each link.
inline constexpr std::size_t kMostSpreadHosts = 64;

/// Puts `host` in place of the one of the same name and port, if there is one.
void put_spread(SpreadHosts& hosts, SpreadHost host);

/// Pieces of a URL's host; one with its port wins over one without. 1: it is none of these.
[[nodiscard]] unsigned pieces_of(const SpreadHosts& hosts, const Url& url);

/// `cdn.example.org=8 [::1]:8080=4`, in an order of its own: the same hosts are the same text.
[[nodiscard]] std::string to_text(const SpreadHosts& hosts);

}  // namespace fanfetch
