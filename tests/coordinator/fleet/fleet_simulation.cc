#include "tests/coordinator/fleet/fleet_simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"

namespace fanfetch::simulation {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = LeaseAction::Kind;

constexpr BootInstant kBoot{std::chrono::hours(1)};
constexpr TrueTime kAskAgain = milliseconds(500);  // what no replica has confirmed

bool is_request(Kind kind) { return kind != Kind::work && kind != Kind::stop; }

}  // namespace

FleetSimulation::FleetSimulation(const FleetSetup& setup)
    : setup_(setup), dice_(setup.seed), workers_(setup.partitions) {
  const auto marks = setup.obeys.opening_marks_nothing ? SimulatedRedis::Marks::by_closed_eras
                                                       : SimulatedRedis::Marks::by_all_eras;
  servers_.push_back({.redis = SimulatedRedis(setup.partitions, "s0", marks)});
  servers_.back().redis.bear(now_);
  for (unsigned i = 0; i < setup.nodes; ++i) join();
}

BootInstant FleetSimulation::clock(const Node& node) const {
  return kBoot + std::chrono::round<Duration>(std::chrono::duration<double, std::nano>(
                     static_cast<double>(now_.count()) * node.rate));
}

/// Not before it is `time` by the node's clock.
TrueTime FleetSimulation::true_time(const Node& node, BootInstant time) const {
  const auto at = static_cast<double>((time - kBoot).count()) / node.rate;
  return std::max(now_, TrueTime(static_cast<std::int64_t>(std::ceil(at))));
}

Duration FleetSimulation::between(double least, double most) {
  return std::chrono::round<Duration>(
      std::chrono::duration<double>(least + (most - least) * chance()));
}

void FleetSimulation::add(TrueTime when, What what, unsigned node, std::uint64_t detail,
                          std::shared_ptr<Message> message) {
  events_.push({when, ++events_made_, what, node, detail, std::move(message)});
}

void FleetSimulation::run(Duration bad, Duration fair) {
  const auto pass = [&](TrueTime end, bool troubles) {
    const auto mean = [&](Duration time, std::size_t of) {
      return now_ + std::chrono::round<Duration>(time * -std::log(1 - chance()) / of);
    };
    TrueTime of_node = mean(setup_.trouble_of_a_node, nodes_.size());
    TrueTime of_redis = mean(setup_.trouble_of_redis, 1);
    while (now_ < end) {
      TrueTime next = events_.empty() ? end : std::min(end, events_.top().when);
      if (troubles && std::min(of_node, of_redis) < next) {
        now_ = std::min(of_node, of_redis);
        ++report_.troubles;
        if (of_node < of_redis) {
          trouble_node();
          of_node = mean(setup_.trouble_of_a_node, live_ + 1);
        } else {
          trouble_redis();
          of_redis = mean(setup_.trouble_of_redis, 1);
        }
        continue;
      }
      now_ = next;
      if (events_.empty() || events_.top().when > now_) continue;
      const Event event = events_.top();
      events_.pop();
      happen(event);
    }
  };
  const TrueTime start = now_;
  fair_from_ = now_ + bad;
  pass(now_ + bad, true);
  turn_fair();
  const TrueTime turned = now_;
  report_.owned_after = report_.balanced_after = TrueTime::max();
  while (now_ < turned + fair) {
    pass(now_ + seconds(1), false);
    measure(turned);
  }
  report_.node_hours +=
      std::chrono::duration<double, std::ratio<3600>>(now_ - start).count() * setup_.nodes;
}

/// Sleepers wake, networks work again, and there is one master.
void FleetSimulation::turn_fair() {
  for (Server& server : servers_) server.ends = std::min(server.ends, now_);
  for (unsigned node = 0; node < nodes_.size(); ++node) {
    nodes_[node].cut_until = nodes_[node].frozen_until = now_;
    if (nodes_[node].lives) awake(node);
  }
}

void FleetSimulation::measure(TrueTime since) {
  const bool owned = std::ranges::all_of(workers_, [](const auto& one) { return one.size() == 1; });
  if (!owned) {
    report_.owned_after = report_.balanced_after = TrueTime::max();
    return;
  }
  report_.owned_after = std::min(report_.owned_after, now_ - since);
  note_list();
  for (unsigned node = 0; node < nodes_.size(); ++node) {
    if (!nodes_[node].lives) continue;
    const auto has = nodes_[node].transfers.size();
    if (!ranks_[node] || has != share_of_partitions(*ranks_[node], live_, setup_.partitions)) {
      report_.balanced_after = TrueTime::max();
      return;
    }
  }
  report_.balanced_after = std::min(report_.balanced_after, now_ - since);
}

void FleetSimulation::happen(const Event& event) {
  Node& node = nodes_[event.node];
  switch (event.what) {
    case What::turn:
      if (event.detail == node.turn) turn(event.node);
      break;
    case What::arrive: arrive(event.message); break;
    case What::reply: reply(event.message); break;
    case What::stopped: stopped(event.node, static_cast<unsigned>(event.detail)); break;
    case What::beat: beat(event.node); break;
    case What::connect: connect(event.node); break;
    case What::awake:
      if (event.detail == node.turn) awake(event.node);
      break;
    case What::give_up:
      if (node.is_connected && node.connection == event.detail) disconnect(event.node);
      break;
    case What::ask_again:
      if (!node.lives) break;
      for (const LeaseAction& one : event.message->requests) {
        node.leases->on_unanswered(one.partition, one.request);
      }
      turn(event.node);
      break;
    case What::cut: {
      // A worker ends its transfers at the time that it was given, whoever sleeps.
      const auto partition = static_cast<unsigned>(event.detail);
      if (node.sleep != Sleep::coordinator || !node.transfers.contains(partition)) break;
      const auto end = node.leases->stop_by(partition);
      if (!end || clock(node) >= *end) set_running(event.node, partition, false);
      break;
    }
  }
}

// --- Nodes ---

void FleetSimulation::join() {
  const auto number = static_cast<unsigned>(nodes_.size());
  Node node;
  node.leases = std::make_unique<NodeLeases>(setup_.rules, setup_.partitions);
  node.rate = 1 + setup_.drift * (2 * chance() - 1);
  nodes_.push_back(std::move(node));
  ranks_.emplace_back();
  add(now_ + between(0, 1), What::connect, number);
}

void FleetSimulation::die(unsigned number) {
  Node& node = nodes_[number];
  for (const auto& [partition, transfers] : node.transfers) set_running(number, partition, false);
  node.transfers.clear();
  node.lives = false;
  node.is_connected = false;
  node.inbox.clear();
  node.leases.reset();
}

void FleetSimulation::leave_one(unsigned number) {
  Node& node = nodes_[number];
  if (!node.lives || node.leaves || node.sleep != Sleep::none) return;
  node.leaves = true;
  node.beat = TrueTime{};
  node.leases->leave(clock(node));
  turn(number);
}

/// It decides what is to be done, and does it.
void FleetSimulation::turn(unsigned number) {
  Node& node = nodes_[number];
  if (!node.lives || node.sleep != Sleep::none) return;
  for (;;) {
    std::vector<LeaseAction> actions;
    node.leases->next(clock(node), actions);
    if (actions.empty()) break;
    obey(number, std::move(actions));
  }
  if (node.leases->has_left()) {
    die(number);
    return;
  }
  if (const auto wake = node.leases->wake_at()) {
    add(std::max(true_time(node, *wake), now_ + milliseconds(1)), What::turn, number, ++node.turn);
  } else {
    ++node.turn;
  }
}

void FleetSimulation::obey(unsigned number, std::vector<LeaseAction> actions) {
  Node& node = nodes_[number];
  auto message = std::make_shared<Message>();
  for (const LeaseAction& action : actions) {
    if (is_request(action.kind)) {
      message->requests.push_back(action);
    } else if (action.kind == Kind::work) {
      ++report_.takes;
      node.transfers[action.partition] = {};
      set_running(number, action.partition, true);
    } else {
      ++report_.stops;
      Transfers& transfers = node.transfers.at(action.partition);
      const TrueTime last = true_time(node, action.stop_by);
      // Some take all the time that they are given.
      transfers.stops_at = chance() < 0.3 ? last : std::min(last, now_ + between(0, 1));
      if (*transfers.stops_at <= now_) {
        stopped(number, action.partition);
      } else {
        add(*transfers.stops_at, What::stopped, number, action.partition);
      }
    }
  }
  if (message->requests.empty() || !node.is_connected) return;
  message->node = number;
  message->connection = node.connection;
  message->server = node.server;
  const EraWatch& era = node.leases->era();
  message->known = era.recorded();
  message->next = era.to_record(fmt::format("{}/{}", number, ++nonces_));
  if (!setup_.obeys.silence_proves_nothing) {
    for (const LeaseAction& request : message->requests) {
      const bool asks = request.kind != Kind::look && request.kind != Kind::record_era;
      if (asks) node.unanswered[request.partition] = request.request;
    }
  }
  TrueTime arrival = now_ + between(0.0002, 0.05);
  if (now_ < node.frozen_until) arrival = node.frozen_until + between(0, 0.1);
  node.last_arrival = std::max(node.last_arrival, arrival);
  add(node.last_arrival, What::arrive, number, 0, std::move(message));
}

/// Whether the node moves bytes of the partition.
void FleetSimulation::set_running(unsigned node, unsigned partition, bool runs) {
  if (std::exchange(nodes_[node].transfers.at(partition).runs, runs) == runs) return;
  auto& workers = workers_[partition];
  if (!runs) {
    std::erase(workers, node);
    return;
  }
  workers.push_back(node);
  if (workers.size() == 1 || ++report_.violations > 1) return;
  report_.first_violation =
      fmt::format("seed {}: nodes {} and {} work on partition {} at {:.3f} s", setup_.seed,
                  workers.front(), node, partition, std::chrono::duration<double>(now_).count());
}

void FleetSimulation::stopped(unsigned number, unsigned partition) {
  Node& node = nodes_[number];
  const auto found = node.transfers.find(partition);
  if (!node.lives || found == node.transfers.end()) return;
  Transfers& transfers = found->second;
  if (!transfers.stops_at || now_ < *transfers.stops_at) return;  // of an earlier lease
  if (node.sleep == Sleep::machine) return;                       // when it is awake
  set_running(number, partition, false);
  if (node.sleep == Sleep::coordinator) return;
  node.transfers.erase(found);
  node.leases->on_stopped(partition);
  add(now_, What::turn, number, ++node.turn);
}

// --- Messages ---

void FleetSimulation::arrive(const std::shared_ptr<Message>& message) {
  Server& server = servers_[message->server];
  const bool is_current = message->server + 1 == servers_.size();
  const bool is_up = is_current ? now_ >= server.up_from : now_ < server.ends;
  if (!is_up) {
    add(now_ + between(0.5, 30), What::give_up, message->node, message->connection);
    return;
  }
  message->is_confirmed = is_current;
  const std::uint64_t process = message->node;
  for (const LeaseAction& request : message->requests) {
    message->replies.push_back(server.redis.execute(request, process, message->known, message->next,
                                                    setup_.rules.lease, now_));
  }
  Node& node = nodes_[message->node];
  if (!node.lives) return;
  TrueTime reply = now_ + between(0.0002, 0.05);
  if (now_ < node.frozen_until) reply = node.frozen_until + between(0, 0.1);
  node.last_reply = std::max(node.last_reply, reply);
  add(node.last_reply, What::reply, message->node, 0, message);
}

void FleetSimulation::reply(const std::shared_ptr<Message>& message) {
  Node& node = nodes_[message->node];
  if (!node.lives || !node.is_connected || node.connection != message->connection) return;
  if (node.was_cut_off) return;
  if (node.sleep != Sleep::none) {
    node.inbox.push_back(message);
    return;
  }
  read(message->node, *message);
}

void FleetSimulation::read(unsigned number, const Message& message) {
  Node& node = nodes_[number];
  const BootInstant now = clock(node);
  auto unconfirmed = std::make_shared<Message>();
  for (std::size_t i = 0; i < message.requests.size(); ++i) {
    const LeaseAction& request = message.requests[i];
    const auto& reply = message.replies[i];
    if (request.kind == Kind::look) {
      node.leases->on_look(reply.server, reply.era, reply.seen, now);
    } else if (request.kind != Kind::record_era) {
      node.unanswered.erase(request.partition);
      const bool grants = reply.answer == LeaseAnswer::yes && request.kind != Kind::give_back;
      if (grants && !message.is_confirmed && setup_.obeys.waits_for_replicas) {
        unconfirmed->requests.push_back(request);
        continue;
      }
      node.leases->on_answer(request.partition, request.request, reply.answer, now);
    }
  }
  if (!unconfirmed->requests.empty()) {
    add(now_ + kAskAgain, What::ask_again, number, 0, std::move(unconfirmed));
  }
  turn(number);
}

void FleetSimulation::disconnect(unsigned number) {
  Node& node = nodes_[number];
  if (!node.is_connected) return;
  if (node.sleep != Sleep::none) {
    node.was_cut_off = true;
    return;
  }
  node.is_connected = false;
  for (const auto& [partition, request] : std::exchange(node.unanswered, {})) {
    node.leases->on_answer(partition, request, LeaseAnswer::yes, clock(node));  // a fault
  }
  node.leases->on_connection_lost();
  add(now_ + between(0.2, 5), What::connect, number);
  turn(number);
}

void FleetSimulation::connect(unsigned number) {
  Node& node = nodes_[number];
  if (!node.lives || node.is_connected) return;
  const std::size_t server = servers_.size() - 1;
  const bool reaches = now_ >= node.cut_until && now_ >= servers_[server].up_from;
  if (!reaches || node.sleep != Sleep::none) {
    add(now_ + between(1, 3), What::connect, number);
    return;
  }
  node.is_connected = true;
  ++node.connection;
  node.server = server;
  node.last_arrival = node.last_reply = now_;
  node.leases->on_connected();
  if (node.beat == TrueTime{}) beat(number);
  turn(number);
}

/// The node says that it lives, and learns who else does.
void FleetSimulation::beat(unsigned number) {
  Node& node = nodes_[number];
  if (!node.lives || node.leaves) return;
  add(now_ + setup_.beat_every, What::beat, number);
  if (!node.is_connected || node.sleep != Sleep::none || now_ < node.frozen_until) return;
  if (node.server + 1 != servers_.size()) {
    if (now_ >= servers_[node.server].ends) disconnect(number);  // nobody answers
    return;
  }
  node.beat = now_ + Duration(1);
  note_list();
  node.leases->on_nodes(ranks_[number], std::max(live_, 1u), clock(node));
  turn(number);
}

/// The list of live nodes, as of this second.
void FleetSimulation::note_list() {
  if (listed_at_ >= TrueTime{} && now_ - listed_at_ < seconds(1)) return;
  listed_at_ = now_;
  live_ = 0;
  for (std::size_t node = 0; node < nodes_.size(); ++node) {
    const Node& one = nodes_[node];
    const bool heard_of = one.beat > TrueTime{} && now_ - one.beat < setup_.rules.silence;
    const bool listed = heard_of && !one.leaves;
    ranks_[node] = listed ? std::optional(live_++) : std::nullopt;
  }
}

}  // namespace fanfetch::simulation
