#include "coordinator/fleet/held_links.h"

#include <algorithm>
#include <utility>

namespace fanfetch {

HeldLinks::Added HeldLinks::add(const LinkId& link, Place place) {
  const auto [at, is_new] = places_.try_emplace(link);
  if (is_new) {
    ++counts_[place.partition];
    at->second = std::move(place);
    return {.is_new = true, .outdated = {}};
  }
  std::swap(at->second, place);
  if (at->second.partition != place.partition) {
    --counts_[place.partition];
    ++counts_[at->second.partition];
  }
  return {.is_new = false,
          .outdated = place.entry == at->second.entry ? "" : std::move(place.entry)};
}

std::optional<HeldLinks::Place> HeldLinks::take(const LinkId& link) {
  const auto found = places_.find(link);
  if (found == places_.end()) return std::nullopt;
  Place place = std::move(found->second);
  places_.erase(found);
  --counts_[place.partition];
  return place;
}

std::optional<TakeNumber> HeldLinks::take_of(const LinkId& link) const {
  const auto found = places_.find(link);
  return found == places_.end() ? std::nullopt : std::optional(found->second.take);
}

std::size_t HeldLinks::room(unsigned partition) const {
  return limits_.each - std::min(limits_.each, counts_[partition]);
}

std::size_t HeldLinks::room() const { return limits_.all - std::min(limits_.all, places_.size()); }

}  // namespace fanfetch
