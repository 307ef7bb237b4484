#include "coordinator/fleet/node_leases.h"

#include <algorithm>
#include <cassert>
#include <functional>
#include <utility>

#include "coordinator/fleet/fleet_partitions.h"

namespace fanfetch {

NodeLeases::NodeLeases(const LeaseRules& rules, unsigned partitions)
    : rules_(rules), partitions_(partitions), era_(rules.takeover) {
  assert(partitions > 0 && partitions <= kMostPartitions);
}

// --- Events ---

void NodeLeases::on_connected() {
  is_connected_ = true;
  is_looking_ = false;
  has_to_look_ = true;
}

void NodeLeases::on_connection_lost() {
  is_connected_ = false;
  is_looking_ = false;
  for (auto& [partition, lease] : leases_) lease.on_lost();
}

void NodeLeases::on_nodes(std::optional<unsigned> rank, unsigned nodes, BootInstant now) {
  assert(!rank || *rank < nodes);
  rank_ = rank;
  nodes_ = std::max(nodes, 1u);  // after a FLUSHALL the list of nodes is empty
  if (excess() == 0) {
    too_many_since_.reset();
  } else if (!too_many_since_) {
    too_many_since_ = now;
  }
}

void NodeLeases::on_look(const ServerId& server, const std::optional<Era>& recorded,
                         std::span<const PartitionSeen> seen, BootInstant now) {
  assert(seen.size() == partitions_);
  if (!is_looking_) return;  // of an earlier connection
  is_looking_ = false;
  has_to_look_ = false;
  next_look_ = now + rules_.look_every;
  era_.on_seen(server, recorded, now);
  if (now - look_sent_ > rules_.look_takes_at_most) return;
  remember(seen, now);
  take_some(seen, now);
}

/// Keeps since when partitions are lost. They are looked at so often that a lease, which lives at
/// least `lease`, cannot have come and gone between two looks.
void NodeLeases::remember(std::span<const PartitionSeen> seen, BootInstant now) {
  const bool gap = !last_seen_ || now - *last_seen_ >= rules_.lease / 2;
  last_seen_ = look_sent_;
  if (gap) lost_since_.clear();
  if (std::ranges::find(seen, PartitionSeen::lost) == seen.end()) {
    lost_since_.clear();
    return;
  }
  lost_since_.resize(partitions_);
  for (unsigned partition = 0; partition < partitions_; ++partition) {
    auto& since = lost_since_[partition];
    if (seen[partition] != PartitionSeen::lost)
      since.reset();
    else if (!since)
      since = now;
  }
}

void NodeLeases::on_answer(unsigned partition, RequestNumber request, LeaseAnswer answer,
                           BootInstant now) {
  if (answer == LeaseAnswer::refused) {
    era_.on_refused();
    has_to_look_ = true;
  }
  const auto found = leases_.find(partition);
  if (found == leases_.end()) return;
  PartitionLease& lease = found->second;
  const State before = lease.state();
  if (answer == LeaseAnswer::yes) {
    lease.on_yes(request, now);
  } else {
    lease.on_no(request, now);
  }
  if (lease.state() == before) return;
  if (lease.state() == State::working) {
    actions_.push_back({.kind = Kind::work, .partition = partition, .take = lease.take()});
  }
  if (lease.state() == State::dropping) add_stop(partition, lease);
  if (lease.state() == State::over) leases_.erase(found);
}

void NodeLeases::on_unanswered(unsigned partition, RequestNumber request) {
  const auto found = leases_.find(partition);
  if (found != leases_.end()) found->second.on_lost(request);
}

void NodeLeases::on_stopped(unsigned partition) {
  const auto found = leases_.find(partition);
  if (found == leases_.end()) return;
  found->second.on_stopped();
  if (found->second.state() == State::over) leases_.erase(found);
}

void NodeLeases::leave(BootInstant now) {
  leaves_ = true;
  too_many_since_ = now;
}

// --- What it has and should have ---

unsigned NodeLeases::working() const {
  return static_cast<unsigned>(std::ranges::count_if(
      leases_, [](const auto& entry) { return entry.second.state() == State::working; }));
}

/// Partitions that it has or may have, and does not give back.
unsigned NodeLeases::kept() const {
  return static_cast<unsigned>(std::ranges::count_if(leases_, [](const auto& entry) {
    const State state = entry.second.state();
    return state == State::asked || state == State::unsure || state == State::working;
  }));
}

unsigned NodeLeases::wanted() const {
  if (leaves_ || !rank_) return 0;
  const unsigned share = share_of_partitions(*rank_, nodes_, partitions_);
  return share - std::min(share, kept());
}

unsigned NodeLeases::excess() const {
  if (leaves_) return kept();
  if (!rank_) return 0;
  const unsigned has = kept();
  return has - std::min(has, share_of_partitions(*rank_, nodes_, partitions_));
}

/// To open an era, a little later for each rank: mostly, one node does it for all.
std::optional<BootInstant> NodeLeases::record_at() const {
  const auto from = era_.record_from();
  if (!from || !is_connected_ || is_looking_ || has_to_look_ || leaves_) return std::nullopt;
  if (!era_.opens()) return from;
  return *from + rules_.renew_every / nodes_ * rank_.value_or(nodes_);
}

std::optional<BootInstant> NodeLeases::look_at() const {
  if (!is_connected_ || is_looking_ || leaves_) return std::nullopt;
  if (has_to_look_) return look_sent_;
  return wanted() > 0 ? std::optional(next_look_) : std::nullopt;
}

std::optional<BootInstant> NodeLeases::hand_back_at() const {
  if (leaves_) return too_many_since_;
  if (!too_many_since_ || !is_connected_) return std::nullopt;
  return *too_many_since_ + rules_.settle;
}

// --- What follows ---

void NodeLeases::take_some(std::span<const PartitionSeen> seen, BootInstant now) {
  unsigned left = wanted();
  if (left == 0 || !era_.may_take()) return;
  const unsigned first = first_partition(*rank_, nodes_, partitions_);
  for (const Kind kind : {Kind::take, Kind::take_lost}) {
    if (kind == Kind::take_lost && lost_since_.empty()) return;
    for (unsigned step = 0; step < partitions_ && left > 0; ++step) {
      const unsigned partition = (first + step) % partitions_;
      const auto since = [&] { return lost_since_[partition]; };
      const bool free = kind == Kind::take ? seen[partition] == PartitionSeen::handed_back
                                           : since() && now - *since() >= rules_.takeover;
      if (!free || leases_.contains(partition)) continue;
      take(kind, partition, now);
      --left;
    }
  }
}

void NodeLeases::take(Kind kind, unsigned partition, BootInstant now) {
  ++last_take_, ++last_request_;
  leases_.emplace(partition, PartitionLease(rules_, last_take_, last_request_, now));
  actions_.push_back(
      {.kind = kind, .partition = partition, .take = last_take_, .request = last_request_});
}

void NodeLeases::add_stop(unsigned partition, const PartitionLease& lease) {
  actions_.push_back({.kind = Kind::stop,
                      .partition = partition,
                      .take = lease.take(),
                      .stop_by = lease.stop_by()});
}

/// Lets the time pass for all leases, and asks for what is due.
void NodeLeases::follow(BootInstant now) {
  for (auto entry = leases_.begin(); entry != leases_.end();) {
    auto& [partition, lease] = *entry;
    const State before = lease.state();
    lease.on_time(now);
    if (lease.state() == State::dropping && before != State::dropping) add_stop(partition, lease);
    if (lease.state() == State::over) {
      entry = leases_.erase(entry);
      continue;
    }
    const auto due = is_connected_ ? lease.due(now) : PartitionLease::Request::none;
    if (due != PartitionLease::Request::none) {
      lease.on_sent(++last_request_, now);
      const bool renews = due == PartitionLease::Request::renew;
      actions_.push_back({.kind = renews ? Kind::renew : Kind::give_back,
                          .partition = partition,
                          .take = lease.take(),
                          .request = last_request_});
    }
    ++entry;
  }
}

/// Those that were taken last go first: what a node had for long has its connections, and what it
/// learned of the hosts.
void NodeLeases::hand_back_some(BootInstant now) {
  const auto at = hand_back_at();
  if (!at || now < *at) return;
  std::vector<std::pair<TakeNumber, unsigned>> takes;
  for (auto& [partition, lease] : leases_) {
    if (leaves_ || lease.state() == State::working) takes.emplace_back(lease.take(), partition);
  }
  std::ranges::sort(takes, std::greater<>());
  if (!leaves_) takes.resize(std::min<std::size_t>(takes.size(), excess()));
  for (const auto& [number, partition] : takes) {
    PartitionLease& lease = leases_.at(partition);
    const bool has_transfers = lease.state() == State::working;
    lease.hand_back(now);
    if (has_transfers) add_stop(partition, lease);
  }
  if (!leaves_) too_many_since_.reset();
}

void NodeLeases::next(BootInstant now, std::vector<LeaseAction>& actions) {
  follow(now);  // first: what is over cannot be handed back
  hand_back_some(now);
  const auto record = record_at();
  const bool records = record && now >= *record;
  if (records) actions_.push_back({.kind = Kind::record_era});
  const auto look = look_at();
  if (records || (look && now >= *look)) {
    actions_.push_back({.kind = Kind::look});
    is_looking_ = true;
    look_sent_ = now;
  }
  actions.insert(actions.end(), actions_.begin(), actions_.end());
  actions_.clear();
}

std::optional<BootInstant> NodeLeases::wake_at() const {
  std::optional<BootInstant> first;
  const auto consider = [&first](std::optional<BootInstant> time) {
    if (time && (!first || *time < *first)) first = time;
  };
  for (const auto& [partition, lease] : leases_) consider(lease.wake_at(is_connected_));
  consider(record_at());
  consider(look_at());
  if (!leaves_ && excess() > 0) consider(hand_back_at());
  return first;
}

bool NodeLeases::may_begin(unsigned partition, BootInstant now) const {
  const auto found = leases_.find(partition);
  return found != leases_.end() && found->second.state() == State::working &&
         now < found->second.end();
}

std::optional<BootInstant> NodeLeases::stop_by(unsigned partition) const {
  const auto found = leases_.find(partition);
  if (found == leases_.end() || !found->second.has_transfers()) return std::nullopt;
  return found->second.stop_by();
}

}  // namespace fanfetch
