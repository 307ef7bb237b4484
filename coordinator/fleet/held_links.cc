#include "coordinator/fleet/held_links.h"

#include <utility>

#include "coordinator/fleet/entry_id.h"

namespace fanfetch {

void HeldLinks::count(const Place& place, int change) {
  counts_[place.partition] += static_cast<std::size_t>(change);
  if (place.is_settling) settling_[place.partition] += static_cast<std::size_t>(change);
}

HeldLinks::Added HeldLinks::add(const LinkId& link, Place place) {
  const auto [at, is_new] = places_.try_emplace(link);
  if (is_new) {
    count(place, 1);
    at->second = std::move(place);
    return {.is_new = true, .outdated = {}};
  }
  if (is_before(place.entry, at->second.entry)) {
    return {.is_new = false, .outdated = std::move(place.entry)};
  }
  std::swap(at->second, place);
  at->second.is_settling = place.is_settling;
  count(place, -1);
  count(at->second, 1);
  return {.is_new = false,
          .outdated = place.entry == at->second.entry ? "" : std::move(place.entry)};
}

std::optional<HeldLinks::Place> HeldLinks::take(const LinkId& link) {
  const auto found = places_.find(link);
  if (found == places_.end()) return std::nullopt;
  Place place = std::move(found->second);
  places_.erase(found);
  count(place, -1);
  return place;
}

void HeldLinks::on_settling(const LinkId& link) {
  const auto found = places_.find(link);
  if (found == places_.end() || std::exchange(found->second.is_settling, true)) return;
  ++settling_[found->second.partition];
}

void HeldLinks::forget_settling() {
  for (auto& [link, place] : places_) place.is_settling = false;
  std::ranges::fill(settling_, 0);
}

std::optional<TakeNumber> HeldLinks::take_of(const LinkId& link) const {
  const auto found = places_.find(link);
  return found == places_.end() ? std::nullopt : std::optional(found->second.take);
}

std::vector<std::string> HeldLinks::entries_of(unsigned partition) const {
  std::vector<std::string> entries;
  if (counts_[partition] == 0) return entries;
  for (const auto& [link, place] : places_) {
    if (place.partition == partition) entries.push_back(place.entry);
  }
  return entries;
}

std::size_t HeldLinks::room(unsigned partition) const {
  return limits_.each - std::min(limits_.each, counts_[partition]);
}

std::size_t HeldLinks::room() const { return limits_.all - std::min(limits_.all, places_.size()); }

}  // namespace fanfetch
