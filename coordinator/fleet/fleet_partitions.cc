#include "coordinator/fleet/fleet_partitions.h"

#include <algorithm>
#include <cassert>
#include <cstdint>

#include "common/sha256.h"

namespace fanfetch {

unsigned partition_of(std::string_view origin, unsigned partitions) {
  assert(partitions > 0);
  return static_cast<unsigned>(first_bits(sha256(origin)) % partitions);
}

unsigned spread_partition(std::string_view origin, HostPiece piece, unsigned partitions) {
  assert(piece.number < piece.count);
  const std::uint64_t distance = std::uint64_t{piece.number} * partitions / piece.count;
  return static_cast<unsigned>((partition_of(origin, partitions) + distance) % partitions);
}

HostPiece piece_of(const LinkId& link, unsigned pieces) {
  assert(pieces > 0);
  return {.number = static_cast<unsigned>(first_bits(link) % pieces), .count = pieces};
}

unsigned partition_of(const Link& link, unsigned partitions) {
  return spread_partition(link.url.origin(), link.piece, partitions);
}

unsigned pieces_of_host(unsigned wanted, unsigned limit) {
  return std::max(1u, std::min({wanted, limit, kMostPieces}));
}

std::optional<unsigned> rank_of(std::string_view node, std::span<const std::string> sorted) {
  const auto found = std::ranges::lower_bound(
      sorted, node, {}, [](const std::string& name) { return std::string_view(name); });
  if (found == sorted.end() || *found != node) return std::nullopt;
  return static_cast<unsigned>(found - sorted.begin());
}

}  // namespace fanfetch
