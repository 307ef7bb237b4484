#include "coordinator/names/links_in_flight.h"

namespace fanfetch {

std::optional<std::uint64_t> LinksInFlight::find(const LinkId& link,
                                                 std::uint64_t& generation) const {
  const std::lock_guard lock(mutex_);
  generation = generation_.load(std::memory_order_relaxed);
  const auto found = indexes_.find(link);
  if (found == indexes_.end()) return std::nullopt;
  return found->second;
}

void LinksInFlight::add(const LinkId& link, std::uint64_t index) {
  const std::lock_guard lock(mutex_);
  indexes_.emplace(link, index);
}

bool LinksInFlight::settled(const LinkId& link) {
  const std::lock_guard lock(mutex_);
  generation_.fetch_add(1, std::memory_order_release);
  return indexes_.erase(link) > 0;
}

}  // namespace fanfetch
