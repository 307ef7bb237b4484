#include "coordinator/fleet/fleet_window.h"

#include <algorithm>
#include <cassert>

namespace fanfetch {

FleetWindow::FleetWindow(unsigned partitions, Limits limits)
    : limits_(limits), counts_(partitions) {
  assert(partitions > 0 && limits.each > 0 && limits.all > 0);
}

/// Of each partition that has links.
unsigned FleetWindow::share() const {
  return std::clamp(limits_.all / std::max(active_, 1u), 1u, limits_.each);
}

template <class Change>
void FleetWindow::change(unsigned partition, Change by) {
  Count& count = counts_[partition];
  const bool was_active = count.is_active();
  by(count);
  if (count.is_active() && !was_active) ++active_;
  if (!count.is_active() && was_active) --active_;
}

FleetWindow::Way FleetWindow::on_link(unsigned partition, bool has_room) {
  const Count& count = counts_[partition];
  // What waits counts as a partition with links: the others' shares make room for it.
  if (!count.waits) change(partition, [](Count& one) { one.waits = true; });
  const bool parks = count.is_held || count.parked > 0 || count.out >= share();
  if (parks ? !has_room : outstanding_ >= limits_.all) return Way::wait;
  change(partition, [parks](Count& one) {
    one.waits = false;
    if (parks)
      ++one.parked;
    else
      ++one.out;
  });
  ++(parks ? parked_ : outstanding_);
  return parks ? Way::park : Way::send;
}

void FleetWindow::not_parked(unsigned partition) {
  assert(counts_[partition].parked > 0);
  change(partition, [](Count& one) {
    --one.parked;
    one.waits = true;
  });
  --parked_;
}

std::optional<FleetWindow::Refill> FleetWindow::refill() {
  if (parked_ == 0 || outstanding_ >= limits_.all) return std::nullopt;
  const auto partitions = static_cast<unsigned>(counts_.size());
  const unsigned most = share();
  for (unsigned step = 0; step < partitions; ++step) {
    const unsigned partition = (turn_ + step) % partitions;
    const Count& count = counts_[partition];
    if (count.is_held || count.parked == 0 || count.out > most - (most + 3) / 4) continue;
    const auto room = std::min<std::uint64_t>(most - count.out, limits_.all - outstanding_);
    const auto sent = static_cast<unsigned>(std::min(count.parked, room));
    change(partition, [sent](Count& one) {
      one.parked -= sent;
      one.out += sent;
    });
    parked_ -= sent;
    outstanding_ += sent;
    turn_ = (partition + 1) % partitions;
    return Refill{.partition = partition, .count = sent};
  }
  return std::nullopt;
}

FleetWindow::Way FleetWindow::way_of_parked(unsigned to, bool has_room) const {
  const Count& count = counts_[to];
  // Those that the partition has parked go before it, if they can go.
  const bool is_next = count.parked == 0 || count.is_held;
  if (is_next && count.out < share() && outstanding_ < limits_.all) return Way::send;
  return has_room ? Way::park : Way::wait;
}

void FleetWindow::on_moved(unsigned from, unsigned to, Way way) {
  assert(counts_[from].parked > 0 && way != Way::wait);
  // `to` first: where both are the same, it is never without links.
  change(to, [way](Count& one) {
    if (way == Way::park)
      ++one.parked;
    else
      ++one.out;
  });
  change(from, [](Count& one) { --one.parked; });
  if (way == Way::park) return;
  --parked_;
  ++outstanding_;
}

void FleetWindow::forget_waiting(unsigned partition) {
  change(partition, [](Count& one) { one.waits = false; });
}

std::vector<FleetWindow::Load> FleetWindow::full() const {
  std::vector<Load> full;
  for (unsigned partition = 0; parked_ > 0 && partition < counts_.size(); ++partition) {
    const Count& count = counts_[partition];
    if (count.parked > 0)
      full.push_back({.partition = partition, .links = count.out + count.parked});
  }
  return full;
}

void FleetWindow::on_result(unsigned partition) {
  if (counts_[partition].out == 0) return;
  change(partition, [](Count& one) { --one.out; });
  --outstanding_;
}

bool FleetWindow::has_lost(const Carried& carried) const {
  return outstanding_ > 0 && carried.links == 0 && carried.results == 0 && carried.sending == 0;
}

}  // namespace fanfetch
