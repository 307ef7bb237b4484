// The parts of WorkerPool that hand jobs to workers and take their results.

#include <algorithm>
#include <limits>
#include <utility>

#include "coordinator/pool/pool_member.h"
#include "coordinator/pool/worker_pool.h"

namespace fanfetch {

void WorkerPool::on_completed(PoolMember& member) {
  member.state.on_posted(member.channel->heartbeat());
  see_protections(member);
  const Integrity integrity = member.channel->drain(acceptor(member));
  if (member.channel->leases() == 0) member.alone = false;
  let_go_if_done(member);
  if (integrity == Integrity::corrupt) {
    act(member, member.state.on_corrupt(), "writes what no sound worker writes");
  }
}

CoordinatorChannel::Acceptor WorkerPool::acceptor(PoolMember& member) {
  return [this, &member](const CoordinatorChannel::Label& label,
                         std::span<const std::byte> result) {
    const PoolEvents::Receipt receipt = events_.on_result(label.task, member.number - 1, result);
    if (receipt.integrity == Integrity::corrupt) return Integrity::corrupt;
    toll_.on_job_done();
    ++member.jobs_done;
    member.state.on_use();
    member.warm.end(label.host, receipt.connection);
    return Integrity::sound;
  };
}

std::span<const WorkerLoad> WorkerPool::loads(std::optional<HostKey> host) const {
  loads_.clear();
  for (const auto& member : members_) {
    loads_.push_back(member->load(host && member->warm.has(*host)));
  }
  return loads_;
}

bool WorkerPool::awaits_first_workers() const {
  return !ticked_ && std::any_of(members_.begin(), members_.end(), [](const auto& member) {
    return member->process && member->state.state() == WorkerState::State::starting;
  });
}

bool WorkerPool::has_room() const {
  if (awaits_first_workers()) return false;
  return std::any_of(members_.begin(), members_.end(),
                     [](const auto& member) { return member->load().has_room(); });
}

std::size_t WorkerPool::least_leases() const {
  std::size_t least = std::numeric_limits<std::size_t>::max();
  for (const auto& member : members_) {
    const WorkerLoad load = member->load();
    if (load.has_room()) least = std::min(least, load.leases);
  }
  return least;
}

Placement WorkerPool::placement(unsigned worker, std::size_t least) const {
  return placement_of(members_[worker]->load(), least);
}

bool WorkerPool::submit_to(PoolMember& member, const Encoder& encode, TaskId task, HostKey host) {
  const auto stop_by = events_.stop_by ? events_.stop_by(task) : std::nullopt;
  if (!member.channel->submit(encode, {task, host}, stop_by)) return false;
  member.unwoken = true;
  member.warm.begin(host);
  return true;
}

bool WorkerPool::submit(const Encoder& encode, TaskId task, HostKey host) {
  return submit_to(*members_[*choose_worker(loads(host))], encode, task, host);
}

WorkerPool::Submitted WorkerPool::submit_alone(const Encoder& encode, TaskId task, HostKey host) {
  for (auto& member : members_) {
    if (!member->idle()) continue;
    if (!submit_to(*member, encode, task, host)) return Submitted::too_large;
    member->alone = true;
    member->reserved = false;
    return Submitted::yes;
  }
  return Submitted::no_worker_free;
}

void WorkerPool::reserve(bool wanted) {
  const auto is_kept_free = [](const auto& m) { return m->alone || m->reserved; };
  if (!wanted) {
    for (auto& member : members_) member->reserved = false;
  } else if (std::none_of(members_.begin(), members_.end(), is_kept_free)) {
    if (const auto least = choose_worker(loads(std::nullopt))) members_[*least]->reserved = true;
  }
}

void WorkerPool::wake_workers() {
  bool any = false;
  for (auto& member : members_) {
    if (!std::exchange(member->unwoken, false) || !member->channel) continue;
    member->channel->wake_worker();
    any = true;
  }
  if (any && rate_shares_) share_rate();  // it may have had no work before, and so no share
}

}  // namespace fanfetch
