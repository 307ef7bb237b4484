#include "tests/coordinator/fleet/simulated_redis.h"

#include <utility>

namespace fanfetch::simulation {
namespace {

/// No replica is further behind, and no log loses more.
constexpr TrueTime kLongestLoss = std::chrono::minutes(2);

}  // namespace

SimulatedRedis::SimulatedRedis(unsigned partitions, std::string name, Marks marks)
    : id_{.run_id = name, .replication_id = name}, marks_(marks), keys_(partitions) {}

void SimulatedRedis::bear(TrueTime now) {
  set_era(Era{.server = id_, .nonce = "birth", .is_open = true}, now);
  for (unsigned partition = 0; partition < keys_.size(); ++partition) {
    set(partition, {.kind = Key::Kind::handed_back}, now);
  }
}

SimulatedRedis::Key& SimulatedRedis::key(unsigned partition, TrueTime now) {
  Key& key = keys_[partition];
  if (key.kind == Key::Kind::lease && now >= key.expires) key = {};
  return key;
}

void SimulatedRedis::set(unsigned partition, Key key, TrueTime now) {
  while (!changes_.empty() && changes_.front().when + kLongestLoss < now) changes_.pop_front();
  changes_.push_back({.when = now, .partition = partition, .key = keys_[partition], .era = {}});
  keys_[partition] = key;
}

void SimulatedRedis::set_era(std::optional<Era> era, TrueTime now) {
  changes_.push_back({.when = now, .partition = {}, .key = {}, .era = std::move(era_)});
  era_ = std::move(era);
}

SimulatedRedis::Reply SimulatedRedis::execute(const LeaseAction& action, std::uint64_t node,
                                              const std::optional<Era>& known, const Era& next,
                                              Duration lease, TrueTime now) {
  using Kind = LeaseAction::Kind;
  Reply reply;
  const Key mine{
      .kind = Key::Kind::lease, .node = node, .take = action.take, .expires = now + lease};
  const auto is_mine = [&](const Key& key) {
    return key.kind == Key::Kind::lease && key.node == node && key.take == action.take;
  };
  switch (action.kind) {
    case Kind::look:
      reply.server = id_;
      reply.era = era_;
      for (unsigned partition = 0; partition < keys_.size(); ++partition) {
        const Key::Kind kind = key(partition, now).kind;
        reply.seen.push_back(kind == Key::Kind::lease         ? PartitionSeen::owned
                             : kind == Key::Kind::handed_back ? PartitionSeen::handed_back
                                                              : PartitionSeen::lost);
      }
      break;
    case Kind::record_era:
      if (era_ != known) break;
      set_era(next, now);
      if (next.is_open && marks_ == Marks::by_closed_eras) break;
      for (unsigned partition = 0; partition < keys_.size(); ++partition) {
        if (key(partition, now).kind == Key::Kind::none) {
          set(partition, {.kind = Key::Kind::handed_back}, now);
        }
      }
      break;
    case Kind::take:
    case Kind::take_lost: {
      if (!known || era_ != known) {
        reply.answer = LeaseAnswer::refused;
        break;
      }
      const auto wanted = action.kind == Kind::take ? Key::Kind::handed_back : Key::Kind::none;
      if (key(action.partition, now).kind != wanted) break;
      set(action.partition, mine, now);
      reply.answer = LeaseAnswer::yes;
      break;
    }
    case Kind::renew:
      if (!is_mine(key(action.partition, now))) break;
      set(action.partition, mine, now);
      reply.answer = LeaseAnswer::yes;
      break;
    case Kind::give_back:
      if (!is_mine(key(action.partition, now))) break;
      set(action.partition, {.kind = Key::Kind::handed_back}, now);
      reply.answer = LeaseAnswer::yes;
      break;
    case Kind::work:
    case Kind::stop: break;
  }
  return reply;
}

void SimulatedRedis::lose(TrueTime since, std::string name) {
  for (; !changes_.empty() && changes_.back().when > since; changes_.pop_back()) {
    Change& change = changes_.back();
    if (change.partition)
      keys_[*change.partition] = change.key;
    else
      era_ = std::move(change.era);
  }
  id_ = {.run_id = name, .replication_id = name};
}

void SimulatedRedis::flush(TrueTime now) {
  set_era(std::nullopt, now);
  for (unsigned partition = 0; partition < keys_.size(); ++partition) set(partition, {}, now);
}

}  // namespace fanfetch::simulation
