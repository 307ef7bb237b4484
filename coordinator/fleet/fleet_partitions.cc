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

unsigned spread_partition(std::string_view origin, unsigned piece, unsigned spread,
                          unsigned partitions) {
  assert(piece < spread && spread <= partitions);
  const std::uint64_t distance = std::uint64_t{piece} * partitions / spread;
  return static_cast<unsigned>((partition_of(origin, partitions) + distance) % partitions);
}

unsigned piece_of(const LinkId& link, unsigned spread) {
  assert(spread > 0);
  return static_cast<unsigned>(first_bits(link) % spread);
}

unsigned share_of_limit(unsigned limit, unsigned piece, unsigned spread) {
  assert(piece < spread && spread <= limit);
  return limit / spread + (piece < limit % spread ? 1 : 0);
}

std::optional<unsigned> rank_of(std::string_view node, std::span<const std::string> sorted) {
  const auto found = std::ranges::lower_bound(
      sorted, node, {}, [](const std::string& name) { return std::string_view(name); });
  if (found == sorted.end() || *found != node) return std::nullopt;
  return static_cast<unsigned>(found - sorted.begin());
}

}  // namespace fanfetch
