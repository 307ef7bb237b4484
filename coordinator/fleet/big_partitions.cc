#include "coordinator/fleet/big_partitions.h"

#include <utility>

namespace fanfetch {

void BigPartitions::on_look(std::uint64_t nodes, std::span<const FleetWindow::Load> full,
                            std::uint64_t all, Instant now) {
  if (last_look_ && now - *last_look_ > kLongestGap) big_since_.clear();
  last_look_ = now;
  const auto before = std::exchange(big_since_, {});
  for (const auto& [partition, links] : full) {
    if (!is_more_than_share(links, all, nodes)) continue;
    const auto known = before.find(partition);
    big_since_.emplace(partition, known == before.end() ? now : known->second);
  }
}

std::optional<unsigned> BigPartitions::due(Instant now) const {
  std::optional<unsigned> due;
  Instant earliest = now - lasts_;
  for (const auto& [partition, since] : big_since_) {
    if (since > earliest || (due && since == earliest)) continue;
    due = partition;
    earliest = since;
  }
  return due;
}

}  // namespace fanfetch
