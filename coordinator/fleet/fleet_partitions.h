#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "coordinator/link/link.h"

namespace fanfetch {

// How a job's links are divided among partitions, and partitions among nodes. Pure. Nodes and
// drivers of different versions share a job, so none of these formulas ever changes.

/// Partitions of a job where nothing else is said. Fixed at the job's birth.
inline constexpr unsigned kDefaultPartitions = 1024;
/// More than there are machines for; what a node keeps of each is little, but not nothing.
inline constexpr unsigned kMostPartitions = 65'536;

/// The partition of an origin (Url::origin()): the first 64 bits of its SHA-256, most significant
/// first, modulo `partitions`. One node has all of a host, so that its limits and its connections
/// need no word between nodes.
[[nodiscard]] unsigned partition_of(std::string_view origin, unsigned partitions);

/// The partition of a piece of a host that is too big for one node. Those of all pieces are evenly
/// spaced from that of its origin, as the partitions that one node takes first are neighbours; no
/// two are the same, if there are no more pieces than partitions.
[[nodiscard]] unsigned spread_partition(std::string_view origin, HostPiece piece,
                                        unsigned partitions);
/// Which of the `pieces` of its host a link belongs to: always the same.
[[nodiscard]] HostPiece piece_of(const LinkId& link, unsigned pieces);
/// That of its piece.
[[nodiscard]] unsigned partition_of(const Link& link, unsigned partitions);

/// Pieces of a host, at most: as many as the concurrent requests that it may be given.
inline constexpr unsigned kMostPieces = 4096;
/// How many pieces a host has where `wanted` are: no more than it may have concurrent requests
/// (`limit`; 0: none at all, as it is skipped), so that there is one for each.
[[nodiscard]] unsigned pieces_of_host(unsigned wanted, unsigned limit);

/// How many partitions the node of `rank`, from 0, among `nodes` live ones holds.
/// REQUIRES: rank < nodes.
[[nodiscard]] constexpr unsigned share_of_partitions(unsigned rank, unsigned nodes,
                                                     unsigned partitions) {
  return partitions / nodes + (rank < partitions % nodes ? 1 : 0);
}

/// The partition with which the node of `rank` begins to take: all nodes that start together have
/// the same list of nodes, and so no two want the same partition.
[[nodiscard]] constexpr unsigned first_partition(unsigned rank, unsigned nodes,
                                                 unsigned partitions) {
  const unsigned remainder = partitions % nodes;
  return rank * (partitions / nodes) + (rank < remainder ? rank : remainder);
}

/// The rank of `node` in a list of names that is sorted by bytes. nullopt: it is not there.
[[nodiscard]] std::optional<unsigned> rank_of(std::string_view node,
                                              std::span<const std::string> sorted);

}  // namespace fanfetch
