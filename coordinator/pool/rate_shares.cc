#include "coordinator/pool/rate_shares.h"

#include <algorithm>
#include <cmath>

namespace fanfetch {
namespace {

using Seconds = std::chrono::duration<double>;

/// How long a worker counts as hungry after it was held back: at one look its transfers may all
/// have just been served. One that has just got work is hungry until the next look, since nothing
/// is known of it.
constexpr auto kHungry = 2 * RateShares::kInterval;

/// Time over which a worker's speed is averaged: it evens out a slow server's bursts.
constexpr Seconds kMemory{0.5};

/// What a worker that is not held back gets beyond its speed, so that it can show that it needs
/// more. With less, its share grows slowly; with more, the others lose what it does not use.
constexpr double kHeadroom = 1.05;
constexpr double kHeadroomOfLimit = 0.005;

}  // namespace

RateShares::RateShares(std::uint64_t limit, std::size_t workers)
    : limit_(static_cast<double>(limit)), known_(workers), shares_(workers) {}

std::span<const std::uint64_t> RateShares::update(std::span<const Worker> workers, Instant now) {
  observe(workers, now);
  for (std::size_t i = 0; i < known_.size(); ++i) {
    Known& known = known_[i];
    if (workers[i].held_back) {
      known.hungry_until = now + kHungry;
    } else if (workers[i].has_work && !known.had_work) {
      known.hungry_until = now + kInterval / 2;
    }
    known.had_work = workers[i].has_work;
    if (!known.had_work) {
      known.demand = 0;
    } else if (now < known.hungry_until) {
      known.demand = limit_;
    } else {
      known.demand = known.speed * kHeadroom + limit_ * kHeadroomOfLimit;
    }
  }
  fill_up();
  return shares_;
}

void RateShares::observe(std::span<const Worker> workers, Instant now) {
  const double seconds = Seconds(now - observed_at_).count();
  if (now - observed_at_ < kInterval / 2) return;  // too short to measure a speed
  const double weight = 1 - std::exp(-seconds / kMemory.count());
  for (std::size_t i = 0; i < known_.size(); ++i) {
    Known& known = known_[i];
    const std::uint64_t count = workers[i].bytes_in;
    const std::uint64_t more = count >= known.bytes_in ? count - known.bytes_in : 0;
    known.speed += weight * (static_cast<double>(more) / seconds - known.speed);
    known.bytes_in = count;
  }
  observed_at_ = now;
}

/// Max-min fairness: a worker that asks for less than an equal share of the rest gets what it asks
/// for, and the others share equally. What nobody asked for also goes to those with work, which may
/// need it at any moment. In whole bytes: if the limit is smaller than the number of workers,
/// rounding would leave nothing.
void RateShares::fill_up() {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < known_.size(); ++i) {
    shares_[i] = 0;
    if (known_[i].had_work) order.push_back(i);
  }
  std::sort(order.begin(), order.end(),
            [this](std::size_t a, std::size_t b) { return known_[a].demand < known_[b].demand; });
  auto left = static_cast<std::uint64_t>(limit_);
  double spare = limit_;
  for (const std::size_t i : order) spare -= known_[i].demand;
  spare = std::max(spare, 0.0) / static_cast<double>(std::max<std::size_t>(order.size(), 1));
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::uint64_t equal = left / (order.size() - i);
    const double wanted = known_[order[i]].demand + spare;
    const std::uint64_t share =
        wanted < static_cast<double>(equal) ? static_cast<std::uint64_t>(wanted) : equal;
    shares_[order[i]] = share;
    left -= share;
  }
}

}  // namespace fanfetch
