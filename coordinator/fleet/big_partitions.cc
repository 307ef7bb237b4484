#include "coordinator/fleet/big_partitions.h"

#include <utility>

namespace fanfetch {

void BigPartitions::on_look(std::uint64_t nodes, std::span<const FleetWindow::Load> full,
                            std::uint64_t all, Instant now) {
  if (last_look_ && now - *last_look_ > kLongestGap) big_.clear();
  last_look_ = now;
  std::map<unsigned, Big> before = std::exchange(big_, {});
  for (const auto& [partition, links] : full) {
    if (!is_more_than_share(links, all, nodes)) continue;
    const auto known = before.find(partition);
    big_.emplace(partition, known == before.end() ? Big{.since = now} : known->second);
  }
}

std::optional<unsigned> BigPartitions::due(Instant now) const {
  std::optional<unsigned> due;
  Instant since = now - lasts_;
  for (const auto& [partition, big] : big_) {
    if (big.is_dismissed || big.since > since || (due && big.since == since)) continue;
    due = partition;
    since = big.since;
  }
  return due;
}

void BigPartitions::dismiss(unsigned partition) {
  if (const auto big = big_.find(partition); big != big_.end()) big->second.is_dismissed = true;
}

}  // namespace fanfetch
