#include "coordinator/names/in_flight.h"

#include <cstring>

namespace fanfetch {

std::size_t InFlight::HashOfId::operator()(const LinkId& id) const {
  std::size_t bits = 0;
  std::memcpy(&bits, id.data(), sizeof bits);
  return bits;
}

std::optional<std::uint64_t> InFlight::find(const LinkId& link, std::uint64_t& generation) const {
  const std::lock_guard lock(mutex_);
  generation = generation_;
  const auto found = places_.find(link);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

void InFlight::add(const LinkId& link, std::uint64_t place) {
  const std::lock_guard lock(mutex_);
  places_.emplace(link, place);
}

bool InFlight::take_name(std::uint64_t key, std::uint64_t& generation) {
  const std::lock_guard lock(mutex_);
  generation = generation_;
  return names_.insert(key).second;
}

void InFlight::give_back_name(std::uint64_t key) {
  const std::lock_guard lock(mutex_);
  names_.erase(key);
}

void InFlight::settled(const LinkId& link, std::uint64_t planned_name, std::uint64_t final_name) {
  const std::lock_guard lock(mutex_);
  if (places_.erase(link) > 0) {
    names_.erase(planned_name);
    names_.erase(final_name);
  }
  ++generation_;
}

std::size_t InFlight::size() const {
  const std::lock_guard lock(mutex_);
  return places_.size();
}

}  // namespace fanfetch
