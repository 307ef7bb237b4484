#include "coordinator/pool/worker_pool.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <unordered_map>
#include <utility>

#include "common/worker_start.h"
#include "coordinator/pool/warm_connections.h"

namespace fanfetch {
namespace {

/// So many deaths in a row without one job done, and it is not the links' fault. One link that
/// kills its worker accounts for four.
constexpr unsigned kHopelessDeaths = 100;

/// A worker with a warm connection may have so much more to do than the least loaded one, as a
/// share of what it may have at all: a new connection costs round trips, and with TLS as much CPU
/// as twenty small files; but beyond that the other CPU would idle.
constexpr std::uint32_t kToleratedShare = 4;

/// A line of a worker's stderr is cut here.
constexpr std::size_t kMaxLine = 1000;
/// One that writes without end must not keep the loop: the rest comes with the next event.
constexpr int kReadsPerEvent = 16;

}  // namespace

struct WorkerPool::Member {
  unsigned number = 0;  // for people, from 1
  std::uint32_t share = 0;
  WorkerState state;
  std::optional<CoordinatorChannel> channel;  // none: resting, or gone
  std::optional<WorkerProcess> process;
  bool alone = false;     // its one job runs alone
  bool reserved = false;  // gets no new jobs, so that it becomes free for one that runs alone
  bool unwoken = false;
  WarmConnections warm{kConnectionsPerTransfer * share};
  std::unordered_map<CoordinatorChannel::Ticket, std::string> hosts;  // of its jobs
  std::string line;  // of its stderr, not ended yet

  [[nodiscard]] bool has_room() const {
    return channel && !alone && !reserved && channel->leases() < share &&
           state.state() != WorkerState::State::condemned;
  }
  [[nodiscard]] bool idle() const {
    return channel && channel->leases() == 0 && state.state() != WorkerState::State::condemned;
  }
};

WorkerPool::WorkerPool(EventLoop& loop, WorkerProgram program, unsigned workers, unsigned jobs,
                       PoolEvents events)
    : loop_(loop), program_(std::move(program)), events_(std::move(events)) {
  assert(workers >= 1 && workers <= jobs);
  for (unsigned i = 0; i < workers; ++i) {
    members_.push_back(std::make_unique<Member>(
        Member{.number = i + 1, .share = jobs / workers + (i < jobs % workers ? 1 : 0)}));
  }
  if (program_.byte_limit > 0) rate_shares_.emplace(program_.byte_limit, workers);
}

WorkerPool::~WorkerPool() {
  loop_.cancel(tick_timer_);
  loop_.cancel(rate_timer_);
}

Result<> WorkerPool::start() {
  for (auto& member : members_) start_member(*member);
  if (std::none_of(members_.begin(), members_.end(),
                   [](const auto& m) { return m->channel.has_value(); })) {
    return fail("no worker process could be started");
  }
  tick_timer_ = loop_.call_at(loop_.now() + WorkerState::kTick, [this] { tick(); });
  if (rate_shares_) keep_sharing_rate();
  return {};
}

void WorkerPool::start_member(Member& member) {
  auto channel = CoordinatorChannel::create(2 * member.share, program_.byte_limit);
  auto process = channel ? WorkerProcess::start(program_, *channel)
                         : Result<WorkerProcess>(tl::unexpected(channel.error()));
  if (!process) {
    events_.on_message(fmt::format("worker {}: {}", member.number, process.error().message));
    (void)member.state.on_death(loop_.now(), 0);
    give_up_if_hopeless(process.error().message);
    return;
  }
  member.channel.emplace(std::move(*channel));
  member.process.emplace(std::move(*process));
  member.state.on_started();
  loop_.watch(member.channel->completed_fd(), EPOLLIN,
              [this, &member](std::uint32_t) { on_completed(member); });
  loop_.watch(member.process->pidfd(), EPOLLIN,
              [this, &member](std::uint32_t) { on_death(member); });
  loop_.watch(member.process->stderr_fd(), EPOLLIN,
              [this, &member](std::uint32_t) { read_stderr(member); });
}

void WorkerPool::tick() {
  tick_timer_ = loop_.call_at(loop_.now() + WorkerState::kTick, [this] { tick(); });
  for (auto& member : members_) {
    const bool gone = !member->process && member->state.state() != WorkerState::State::resting;
    if (gone) continue;
    act(*member,
        member->state.on_tick(loop_.now(), member->channel ? member->channel->heartbeat() : 0));
  }
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

void WorkerPool::act(Member& member, WorkerState::Action action) {
  switch (action) {
    case WorkerState::Action::none: break;
    case WorkerState::Action::start:
      if (!gone_) start_member(member);
      break;
    case WorkerState::Action::kill:
      if (member.process->waits_for_disk()) {
        member.state.pardon();
        break;
      }
      events_.on_message(fmt::format("worker {} (pid {}) hangs or misbehaves: it is replaced",
                                     member.number, member.process->pid()));
      member.process->kill();
      break;
  }
}

void WorkerPool::on_completed(Member& member) {
  const auto integrity = member.channel->drain(completions_);
  for (const auto& completion : completions_) {
    if (const auto job = member.hosts.extract(completion.ticket)) {
      member.warm.end(job.mapped(), completion.outcome);
    }
  }
  deliver();
  if (member.channel->leases() == 0) member.alone = false;
  if (integrity == CoordinatorChannel::Integrity::corrupt) act(member, member.state.on_corrupt());
}

void WorkerPool::deliver() {
  if (!completions_.empty()) deaths_in_a_row_ = 0;
  for (auto& completion : completions_) {
    events_.on_completion(completion.ticket, std::move(completion.outcome));
  }
  completions_.clear();
}

void WorkerPool::on_death(Member& member) {
  loop_.unwatch(member.process->pidfd());
  const int pid = member.process->pid();
  const std::string how = member.process->reap();
  read_stderr(member);
  say_line(member);  // its last words may lack a line end
  // Dead for sure: nobody writes into the channel any more.
  (void)member.channel->drain(completions_);
  const auto orphans = member.channel->reclaim(completions_);
  deliver();
  // A link that runs alone and kills its worker is itself to blame, not the program.
  bool link_is_to_blame = false;
  for (const auto& orphan : orphans) {
    const Blame guilt = member.alone ? Blame::sole : Blame::shared;
    events_.on_lost(orphan.ticket, orphan.started ? guilt : Blame::none);
    link_is_to_blame = orphan.started && member.alone;
  }
  if (!link_is_to_blame) ++deaths_in_a_row_;
  const std::uint64_t heartbeat = member.channel->heartbeat();
  bytes_of_dead_ += member.channel->bytes_in();
  loop_.unwatch(member.channel->completed_fd());
  loop_.unwatch(member.process->stderr_fd());
  member.channel.reset();
  member.process.reset();
  member.alone = member.reserved = member.unwoken = false;
  member.warm.clear();
  member.hosts.clear();

  if (gone_) {
    if (std::none_of(members_.begin(), members_.end(),
                     [](const auto& m) { return m->process.has_value(); })) {
      gone_();
    }
    return;
  }
  events_.on_message(fmt::format("worker {} (pid {}) {}; {} transfers start again", member.number,
                                 pid, how, orphans.size()));
  const auto action = member.state.on_death(loop_.now(), heartbeat);
  give_up_if_hopeless(how);
  act(member, action);
}

void WorkerPool::give_up_if_hopeless(const std::string& how) {
  const bool none_starts = std::all_of(members_.begin(), members_.end(),
                                       [](const auto& m) { return m->state.hopeless(); });
  if (!none_starts && deaths_in_a_row_ < kHopelessDeaths) return;
  // A copy: the owner will stop us from inside.
  const auto on_hopeless = events_.on_hopeless;
  on_hopeless(Error{fmt::format("the worker processes keep dying (the last one {}); {}", how,
                                none_starts ? "is fanfetch installed whole?" : "this is a bug")});
}

void WorkerPool::read_stderr(Member& member) {
  char buffer[4096];
  ssize_t count = 0;
  for (int reads = 0; reads < kReadsPerEvent; ++reads) {
    count = ::read(member.process->stderr_fd(), buffer, sizeof buffer);
    if (count <= 0) break;
    for (const char c : std::string_view(buffer, static_cast<std::size_t>(count))) {
      if (c == '\n') {
        say_line(member);
      } else if (member.line.size() < kMaxLine) {
        member.line += c;
      }
    }
  }
  if (count == 0) loop_.unwatch(member.process->stderr_fd());  // closed: or it would spin
}

void WorkerPool::say_line(Member& member) {
  if (member.line.empty()) return;
  events_.on_message(fmt::format("worker {}: {}", member.number, member.line));
  member.line.clear();
}

WorkerPool::Member* WorkerPool::least_loaded() const {
  Member* best = nullptr;
  for (const auto& member : members_) {
    if (member->has_room() &&
        (best == nullptr || member->channel->leases() < best->channel->leases())) {
      best = member.get();
    }
  }
  return best;
}

bool WorkerPool::fits(const std::string& host) const {
  bool any = false;
  for (const auto& member : members_) {
    if (!member->warm.has(host)) continue;
    if (member->has_room()) return true;
    any = true;
  }
  return !any;
}

WorkerPool::Member* WorkerPool::best_for(const std::string& host) const {
  Member* const least = least_loaded();
  Member* best = nullptr;
  for (const auto& member : members_) {
    if (member->has_room() && member->warm.has(host) &&
        member->channel->leases() <= least->channel->leases() + member->share / kToleratedShare &&
        (best == nullptr || member->channel->leases() < best->channel->leases())) {
      best = member.get();
    }
  }
  return best != nullptr ? best : least;
}

Result<> WorkerPool::submit_to(Member& member, const Job& job, CoordinatorChannel::Ticket ticket,
                               const std::string& host) {
  auto submitted = member.channel->submit(job, ticket);
  if (!submitted) return submitted;
  member.unwoken = true;
  member.warm.begin(host);
  member.hosts.emplace(ticket, host);
  return submitted;
}

Result<> WorkerPool::submit(const Job& job, CoordinatorChannel::Ticket ticket,
                            const std::string& host) {
  return submit_to(*best_for(host), job, ticket, host);
}

Result<bool> WorkerPool::submit_alone(const Job& job, CoordinatorChannel::Ticket ticket,
                                      const std::string& host) {
  for (auto& member : members_) {
    if (!member->idle()) continue;
    auto submitted = submit_to(*member, job, ticket, host);
    if (!submitted) return tl::unexpected(submitted.error());
    member->alone = true;
    member->reserved = false;
    return true;
  }
  return false;
}

void WorkerPool::reserve(bool wanted) {
  const auto is_kept_free = [](const auto& m) { return m->alone || m->reserved; };
  if (!wanted) {
    for (auto& member : members_) member->reserved = false;
  } else if (std::none_of(members_.begin(), members_.end(), is_kept_free)) {
    if (Member* member = least_loaded()) member->reserved = true;
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

void WorkerPool::stop(std::function<void()> gone) {
  gone_ = std::move(gone);
  bool any = false;
  for (auto& member : members_) {
    if (!member->channel) continue;
    member->channel->stop_worker(Stopping::finish);
    any = true;
  }
  if (!any) gone_();
}

void WorkerPool::cut() {
  for (auto& member : members_) {
    if (member->channel) member->channel->stop_worker(Stopping::cut);
  }
}

void WorkerPool::kill_all() {
  for (auto& member : members_) {
    if (member->process) member->process->kill();
  }
}

std::uint64_t WorkerPool::in_flight() const {
  std::uint64_t count = 0;
  for (const auto& member : members_) count += member->channel ? member->channel->leases() : 0;
  return count;
}

std::uint64_t WorkerPool::bytes_in() const {
  std::uint64_t count = bytes_of_dead_;
  for (const auto& member : members_) count += member->channel ? member->channel->bytes_in() : 0;
  return count;
}

}  // namespace fanfetch
