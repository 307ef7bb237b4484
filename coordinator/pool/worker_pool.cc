#include "coordinator/pool/worker_pool.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cassert>
#include <utility>

#include "coordinator/pool/oom_kills.h"
#include "coordinator/pool/pool_member.h"
#include "coordinator/pool/retirement.h"

namespace fanfetch {
namespace {

/// A worker that writes to its stderr without end must not keep the loop: the rest comes with the
/// next event.
constexpr int kReadsPerEvent = 16;

}  // namespace

WorkerPool::WorkerPool(EventLoop& loop, WorkerProgram program, const PoolSettings& settings,
                       std::deque<StartedWorker> first, PoolEvents events)
    : loop_(loop),
      program_(std::move(program)),
      settings_(settings),
      first_(std::move(first)),
      events_(std::move(events)),
      sandboxes_(settings.required) {
  assert(settings.workers >= 1 && settings.workers <= settings.jobs);
  for (unsigned i = 0; i < settings.workers; ++i) {
    members_.push_back(std::make_unique<PoolMember>(i + 1, settings.share(i)));
  }
  if (settings.byte_limit > 0) rate_shares_.emplace(settings.byte_limit, settings.workers);
}

WorkerPool::~WorkerPool() {
  loop_.cancel(tick_timer_);
  loop_.cancel(rate_timer_);
}

// --- Life and death of a worker ---

Result<> WorkerPool::start() {
  for (auto& member : members_) start_member(*member);
  if (std::none_of(members_.begin(), members_.end(),
                   [](const auto& m) { return m->channel.has_value(); })) {
    return fail("no worker process could be started: {}", start_error_);
  }
  tick_timer_ = loop_.call_at(loop_.now() + WorkerState::kTick, [this] { tick(); });
  if (rate_shares_) keep_sharing_rate();
  return {};
}

/// One that cannot be started rests: others may go on meanwhile, and what is short may come back.
void WorkerPool::start_member(PoolMember& member) {
  const auto started = try_to_start(member);
  if (started) return member.state.on_started(loop_.now());
  unwatch(member);
  member.reset();
  member.state.on_start_failed(loop_.now());
  start_error_ = started.error().message;
  const auto rest = std::chrono::duration<double>(member.state.rest_until() - loop_.now());
  events_.on_message(fmt::format("worker {}: {}; it is tried again in {:.1f} s", member.number,
                                 start_error_, rest.count()));
}

Result<> WorkerPool::try_to_start(PoolMember& member) {
  if (first_.empty()) {
    auto started = start_worker(program_, settings_, member.number - 1);
    if (!started) return tl::unexpected(started.error());
    first_.push_back(std::move(*started));
  }
  member.channel.emplace(std::move(first_.front().channel));
  member.process.emplace(std::move(first_.front().process));
  member.sandbox = first_.front().sandbox;
  first_.pop_front();
  LeaseLimits limits = settings_.lease_limits;
  limits.may_hold = rate_shares_.has_value();
  member.lease_watch.emplace(member.share, limits);
  auto watched = loop_.try_watch(member.channel->completed_fd(), EPOLLIN,
                                 [this, &member](std::uint32_t) { on_completed(member); });
  if (watched) {
    watched = loop_.try_watch(member.process->pidfd(), EPOLLIN,
                              [this, &member](std::uint32_t) { on_death(member); });
  }
  if (watched) {
    watched = loop_.try_watch(member.process->stderr_fd(), EPOLLIN,
                              [this, &member](std::uint32_t) { read_stderr(member); });
  }
  return watched;
}

void WorkerPool::unwatch(const PoolMember& member) {
  if (member.channel) loop_.unwatch(member.channel->completed_fd());
  if (!member.process) return;
  loop_.unwatch(member.process->pidfd());
  loop_.unwatch(member.process->stderr_fd());
}

void WorkerPool::tick() {
  tick_timer_ = loop_.call_at(loop_.now() + WorkerState::kTick, [this] { tick(); });
  if (!std::exchange(ticked_, true)) toll_.begin(count_oom_kills());
  for (auto& member : members_) {
    const bool gone = !member->process && member->state.state() != WorkerState::State::resting;
    if (gone) continue;
    act(*member,
        member->state.on_tick(loop_.now(), member->channel ? member->channel->heartbeat() : 0),
        "does not respond");
    if (!member->process) continue;
    if (member->told_to_leave && ++member->leaving_ticks == WorkerState::kHungTicks) {
      act(*member, member->state.on_overdue(), "does not leave");
    }
    see_protections(*member);
    watch_leases(*member);
    if (events_.stop_by) member->channel->set_stop_times(events_.stop_by);
  }
  if (!gone_) retire_one();
}

/// One worker at a time: the others go on meanwhile. It is the next one's turn when its successor
/// serves.
void WorkerPool::retire_one() {
  const bool all_serve =
      std::all_of(members_.begin(), members_.end(), [](const auto& m) { return m->serves(); });
  if (!all_serve) return;
  const std::uint64_t limit = settings_.worker_memory;
  for (auto& member : members_) {
    const int pid = member->process->pid();
    const auto why = why_to_retire(
        {.jobs = member->jobs_done, .memory = limit > 0 ? resident_memory(pid) : 0}, limit);
    if (!why) continue;
    events_.on_message(
        fmt::format("worker {} (pid {}) {}: it is replaced when its transfers are done",
                    member->number, pid, *why));
    member->retires = true;
    return let_go_if_done(*member);
  }
}

void WorkerPool::let_go_if_done(PoolMember& member) {
  if (!member.retires || member.channel->leases() > 0) return;
  if (!std::exchange(member.told_to_leave, true)) member.channel->stop_worker(Stopping::finish);
}

void WorkerPool::watch_leases(PoolMember& member) {
  LeaseWatch& watch = *member.lease_watch;
  bool overdue = false;
  for (std::uint32_t slot = 0; slot < member.channel->slots(); ++slot) {
    if (const auto started = member.channel->started(slot)) {
      overdue = watch.on_tick(slot, started->generation, started->progress) || overdue;
    } else if (const auto queued = member.channel->queued(slot); queued && member.state.beats()) {
      overdue = watch.on_queued_tick(slot, *queued) || overdue;
    }
  }
  if (overdue) act(member, member.state.on_overdue(), "does not end a transfer");
}

void WorkerPool::act(PoolMember& member, WorkerState::Action action, const char* why) {
  switch (action) {
    case WorkerState::Action::none: break;
    case WorkerState::Action::start:
      if (!gone_) start_member(member);
      break;
    case WorkerState::Action::suspect:
      act(member, member.state.on_suspected(member.process->waits_for_disk()), why);
      break;
    case WorkerState::Action::kill:
      events_.on_message(fmt::format("worker {} (pid {}) {}: it is replaced", member.number,
                                     member.process->pid(), why));
      member.process->kill();
      break;
  }
}

void WorkerPool::on_death(PoolMember& member) {
  loop_.unwatch(member.process->pidfd());
  const int pid = member.process->pid();
  const bool by_us = member.process->was_killed();
  WorkerDeath death = member.process->reap();
  death.how = toll_.tell(death, by_us, ticked_ ? count_oom_kills() : std::nullopt);
  const bool has_left = member.told_to_leave && !by_us && death.exited_well;
  read_stderr(member);
  member.lines.end(line_reporter(member));
  // Dead for sure: nobody writes into the channel any more.
  (void)member.channel->drain(acceptor(member));
  const std::size_t lost = report_lost(member, death.by_sandbox ? Blame::stopped : Blame::sole);
  const std::uint64_t heartbeat = member.channel->heartbeat();
  bytes_of_dead_ += member.channel->bytes_in();
  unwatch(member);
  member.reset();

  if (gone_) {
    if (std::none_of(members_.begin(), members_.end(),
                     [](const auto& m) { return m->process.has_value(); })) {
      gone_();
    }
    return;
  }
  if (has_left) {
    member.state.on_use();
  } else {
    events_.on_message(fmt::format("worker {} (pid {}) {}; {} transfers start again", member.number,
                                   pid, death.how, lost));
  }
  const auto action = member.state.on_death(loop_.now(), heartbeat);
  if (!member.state.has_served() && (death.by_sandbox || death.cannot_work_locked_in)) {
    on_sandbox_failed(member, death.how);
  }
  give_up_if_hopeless();
  act(member, action);
}

void WorkerPool::on_sandbox_failed(const PoolMember& member, const std::string& how) {
  auto lowered = sandboxes_.on_failed(member.sandbox, program_.sandbox, how);
  if (!lowered) return give_up(std::move(lowered.error()));
  if (!*lowered) return;
  program_.sandbox = (*lowered)->level;
  events_.on_message(std::move((*lowered)->notice));
}

void WorkerPool::see_protections(PoolMember& member) {
  if (member.locked_in || member.state.state() != WorkerState::State::serving) return;
  member.locked_in = true;
  auto common = sandboxes_.on_locked_in(member.number, member.channel->protections());
  if (!common) return give_up(std::move(common.error()));
  if (*common) events_.on_protections(**common);
}

void WorkerPool::give_up(Error why) {
  // A copy: the owner will stop us from inside.
  const auto on_hopeless = events_.on_hopeless;
  on_hopeless(std::move(why));
}

/// `sole`: what follows for a job that ran alone. Returns the number of jobs that a dead worker had
/// and was not done with.
std::size_t WorkerPool::report_lost(PoolMember& member, Blame sole) {
  const auto orphans = member.channel->reclaim(acceptor(member));
  // A link that runs alone and kills its worker is itself to blame, not the program.
  bool link_is_to_blame = false;
  for (const auto& orphan : orphans) {
    const Blame guilt = member.alone ? sole : Blame::shared;
    events_.on_lost(orphan.task, orphan.started ? guilt : Blame::none);
    link_is_to_blame = orphan.started && member.alone;
  }
  if (link_is_to_blame) {
    member.state.on_use();
  } else if (!member.told_to_leave) {
    toll_.count();
  }
  return orphans.size();
}

void WorkerPool::give_up_if_hopeless() {
  const bool none_starts = std::all_of(members_.begin(), members_.end(),
                                       [](const auto& m) { return m->state.hopeless(); });
  if (auto verdict = toll_.verdict(none_starts)) give_up(std::move(*verdict));
}

void WorkerPool::read_stderr(PoolMember& member) {
  const StderrLines::Say say = line_reporter(member);
  char buffer[4096];
  ssize_t count = 0;
  for (int reads = 0; reads < kReadsPerEvent; ++reads) {
    count = ::read(member.process->stderr_fd(), buffer, sizeof buffer);
    if (count <= 0) break;
    member.lines.add(std::string_view(buffer, static_cast<std::size_t>(count)), say);
  }
  if (count == 0) loop_.unwatch(member.process->stderr_fd());  // closed: or it would spin
}

StderrLines::Say WorkerPool::line_reporter(const PoolMember& member) const {
  return [this, &member](const std::string& line) {
    events_.on_message(fmt::format("worker {}: {}", member.number, line));
  };
}

// --- The end ---

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

CoordinatorChannel::BytesInFlight WorkerPool::bytes_in_flight() const {
  CoordinatorChannel::BytesInFlight all;
  for (const auto& member : members_) {
    if (!member->channel) continue;
    const auto one = member->channel->bytes_in_flight();
    all.known += one.known;
    all.received += one.received;
    all.to_come += one.to_come;
  }
  return all;
}

}  // namespace fanfetch
