// What happens to the machines, the network and Redis of a FleetSimulation.

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "tests/coordinator/fleet/fleet_simulation.h"

namespace fanfetch::simulation {

// --- Sleep ---

void FleetSimulation::fall_asleep(unsigned number, Sleep sleep, Duration time) {
  Node& node = nodes_[number];
  if (!node.lives || node.sleep != Sleep::none) return;
  node.sleep = sleep;
  for (const auto& [partition, transfers] : node.transfers) {
    if (sleep == Sleep::machine) set_running(number, partition, false);
    const auto end = node.leases->stop_by(partition);
    if (sleep == Sleep::coordinator && setup_.obeys.workers_keep_time && end) {
      add(true_time(node, *end), What::cut, number, partition);
    }
  }
  add(now_ + time, What::awake, number, ++node.turn);
}

void FleetSimulation::awake(unsigned number) {
  Node& node = nodes_[number];
  if (node.sleep == Sleep::none) return;
  node.sleep = Sleep::none;
  const auto go_on = [&] {
    for (const auto& [partition, transfers] : node.transfers) set_running(number, partition, true);
  };
  if (!setup_.obeys.next_comes_first) go_on();
  turn(number);  // what has to stop at once stops before anything goes on
  std::vector<unsigned> over;
  for (const auto& [partition, transfers] : node.transfers) {
    if (transfers.stops_at && *transfers.stops_at <= now_) over.push_back(partition);
  }
  for (const unsigned partition : over) stopped(number, partition);
  go_on();
  const auto inbox = std::exchange(node.inbox, {});
  for (const auto& message : inbox) {
    if (node.lives && node.is_connected && node.connection == message->connection) {
      read(number, *message);
    }
  }
  if (std::exchange(node.was_cut_off, false)) disconnect(number);
}

// --- Weather ---

void FleetSimulation::trouble_node() {
  const auto number = static_cast<unsigned>(dice_() % nodes_.size());
  Node& node = nodes_[number];
  if (!node.lives) {
    if (live_ < setup_.nodes) join();
    return;
  }
  const double what = chance();
  const bool is_long = chance() < 0.3;
  const Duration time = is_long ? between(20, 200) : between(1, 45);
  if (what < 0.25) {
    fall_asleep(number, Sleep::machine, time);
  } else if (what < 0.4) {
    fall_asleep(number, Sleep::coordinator, time);
  } else if (what < 0.55) {
    node.cut_until = now_ + time;
    disconnect(number);
  } else if (what < 0.65) {
    disconnect(number);  // answers on their way are lost, and that is all
  } else if (what < 0.85) {
    node.frozen_until = std::min(now_ + time, fair_from_);
    if (chance() < 0.5) add(now_, What::turn, number, ++node.turn);
  } else if (what < 0.93) {
    leave_one(number);
  } else {
    die(number);
    join();
  }
}

void FleetSimulation::trouble_redis() {
  const double what = chance();
  const auto forget = between(0, chance() < 0.5 ? 3 : 60);
  const std::string name = fmt::format("s{}", report_.troubles);
  if (what < 0.25) {
    servers_.back().redis.flush(now_);
    return;
  }
  const bool fails_over = what < 0.7;
  const bool lives_on = fails_over && chance() < 0.5;
  Server next = servers_.back();
  next.redis.lose(now_ - forget, name);
  next.up_from = now_ + between(0, fails_over ? 2 : 20);
  servers_.back().ends = lives_on ? now_ + between(5, 120) : now_;
  servers_.push_back(std::move(next));
  for (unsigned number = 0; number < nodes_.size(); ++number) {
    Node& node = nodes_[number];
    // Some do not see that the master is another one.
    if (!node.lives || (lives_on && chance() < 0.5)) continue;
    disconnect(number);
  }
  if (servers_.size() < 8) return;
  // The oldest are of no use to anybody; but messages name servers by number.
  servers_[servers_.size() - 8].redis = SimulatedRedis(0, "gone", {});
  servers_[servers_.size() - 8].ends = TrueTime{};
}

}  // namespace fanfetch::simulation
