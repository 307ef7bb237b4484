// The parts of WorkerPool that users steer and look at in mid-run.

#include <algorithm>

#include "coordinator/pool/pool_member.h"
#include "coordinator/pool/worker_pool.h"

namespace fanfetch {
namespace {

std::string_view word_for(const PoolMember& member) {
  if (member.retires) return "leaving";
  switch (member.state.state()) {
    case WorkerState::State::starting: return "starting";
    case WorkerState::State::serving: return "serving";
    case WorkerState::State::condemned: return "killed";
    case WorkerState::State::resting: break;
  }
  return "resting";
}

}  // namespace

void WorkerPool::allow_jobs(unsigned jobs) {
  PoolSettings allowed = settings_;
  allowed.jobs = jobs;
  for (auto& member : members_) {
    member->allowed = std::min(allowed.share(member->number - 1), member->share);
  }
}

void WorkerPool::limit_bytes(std::uint64_t bytes_a_second) {
  settings_.byte_limit = bytes_a_second;
  loop_.cancel(rate_timer_);
  rate_shares_.reset();
  for (auto& member : members_) {
    if (!member->channel) continue;
    member->lease_watch->believe_holds(bytes_a_second > 0);
    if (bytes_a_second == 0) {
      member->channel->set_byte_rate(kNoByteRate);
    }
  }
  if (bytes_a_second == 0) return;
  rate_shares_.emplace(bytes_a_second, members_.size());
  keep_sharing_rate();
}

void WorkerPool::share_rate() {
  std::vector<RateShares::Worker> needs;
  for (const auto& member : members_) {
    const auto& channel = member->channel;
    needs.push_back(channel ? RateShares::Worker{channel->leases() > 0, channel->held_back(),
                                                 channel->bytes_in()}
                            : RateShares::Worker{});
  }
  const auto shares = rate_shares_->update(needs, loop_.now());
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (auto& channel = members_[i]->channel) channel->set_byte_rate(shares[i]);
  }
}

void WorkerPool::keep_sharing_rate() {
  rate_timer_ = loop_.call_at(loop_.now() + RateShares::kInterval, [this] { keep_sharing_rate(); });
  share_rate();
}

std::vector<WorkerView> WorkerPool::views() const {
  std::vector<WorkerView> views;
  for (const auto& member : members_) {
    views.push_back({.number = member->number,
                     .pid = member->process ? member->process->pid() : 0,
                     .state = word_for(*member),
                     .in_flight = member->channel ? member->channel->leases() : 0,
                     .limit = member->allowed,
                     .jobs_done = member->jobs_done,
                     .bytes = member->channel ? member->channel->bytes_in() : 0});
  }
  return views;
}

}  // namespace fanfetch
