#include "coordinator/schedule/scheduler.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <utility>

namespace fanfetch {
namespace {

/// `https://cdn.example.org:443#3/8`, as people see it, too. Behind the port, where find_limit()
/// takes no notice of it.
std::string name_of_piece(const std::string& host, HostPiece piece) {
  return fmt::format("{}#{}/{}", host, piece.number + 1, piece.count);
}

}  // namespace

Scheduler::Scheduler(HostRules rules, std::uint64_t seed) : rules_(std::move(rules)), dice_(seed) {
  // With a hundred thousand hosts each step of a look-up misses the cache.
  hosts_.max_load_factor(0.5);
}

// --- Tasks in and out ---

void Scheduler::add(TaskId task, const std::string& host, unsigned limit, Instant now,
                    HostPiece piece) {
  Host& entry = find_or_add(host, limit, piece, now);
  push_ready(entry, task);
  ++size_;
  reposition(entry, now);
}

void Scheduler::add_later(TaskId task, const std::string& host, unsigned limit, Instant when,
                          Instant now, HostPiece piece) {
  Host& entry = find_or_add(host, limit, piece, now);
  entry.delayed.emplace_back(when, task);
  std::push_heap(entry.delayed.begin(), entry.delayed.end(), std::greater<>());
  ++size_;
  reposition(entry, now);
}

std::optional<TaskId> Scheduler::next(Instant now, const PlacementAt& placement) {
  while (!waking_.empty() && waking_.front()->wake <= now) {
    Host& host = *waking_.front();
    take_due(host, now);
    reposition(host, now);
  }
  Host* host = next_host(now, placement);
  if (host == nullptr) return std::nullopt;
  host->passed_over = 0;
  set_row(*host, nullptr);  // its next turn comes behind the others
  const TaskId task = pop_ready(*host);
  --size_;
  running_.try_emplace(task, Running{host, host->governor.start(now)});
  reposition(*host, now);
  return task;
}

void Scheduler::finished(TaskId task, const HostFeedback& feedback, std::optional<Worker> connected,
                         Instant now) {
  const auto running = running_.find(task);
  assert(running != running_.end());
  Host& host = *running->second.host;
  host.governor.finish(running->second.attempt, feedback, now, dice_);
  ++host.done;
  if (feedback.failure) ++host.failed;
  host.bytes += feedback.bytes;
  host.connected = connected;
  running_.erase(running);
  reposition(host, now);
}

std::optional<Scheduler::GivenUp> Scheduler::next_given_up() {
  if (given_up_.empty()) return std::nullopt;
  GivenUp first = std::move(given_up_.front());
  given_up_.pop_front();
  return first;
}

void Scheduler::clear(Instant now) {
  given_up_.clear();
  waits_until_.reset();
  size_ = 0;
  ready_.clear();
  free_ready_ = kNoTask;
  // Collected first: reposition() may erase the host, or one without tasks in its stead.
  std::vector<Host*> with_tasks;
  for (auto& [name, host] : hosts_) {
    if (host.first_ready != kNoTask || !host.delayed.empty()) with_tasks.push_back(&host);
  }
  for (Host* host : with_tasks) {
    host->first_ready = host->last_ready = kNoTask;
    host->ready = 0;
    host->delayed.clear();
    reposition(*host, now);
  }
}

std::optional<Instant> Scheduler::next_due() const {
  if (waking_.empty()) return waits_until_;
  const Instant wake = waking_.front()->wake;
  return waits_until_ ? std::min(wake, *waits_until_) : wake;
}

Scheduler::Waits Scheduler::waits(Instant now) const {
  Waits waits;
  for (const Host* host : waking_) {
    if (host->governor.in_flight() > 0) continue;
    const Duration wait = std::max(host->wake, host->governor.ready_at()) - now;
    if (wait < kShortWait) continue;
    ++waits.hosts;
    waits.longest = std::max(waits.longest, wait);
  }
  return waits;
}

Scheduler::Host* Scheduler::next_host(Instant now, const PlacementAt& placement) {
  waits_until_.reset();
  Host* const host = idle_hosts_ > 0 ? next_idle_host(now, placement) : busy_turns_.first;
  if (!waits_until_) patience_.rest(now);
  return host;
}

/// REQUIRES: there is one.
Scheduler::Host* Scheduler::next_idle_host(Instant now, const PlacementAt& placement) {
  Host* longest = nullptr;  // the one that has waited for longest,
  Host* placed = nullptr;   // and of those that would not be placed better later
  for (std::size_t row = 0; row < idle_turns_.size(); ++row) {
    Host* const first = idle_turns_[row].first;
    if (first == nullptr) continue;
    if (longest == nullptr || first->queued < longest->queued) longest = first;
    if (placed != nullptr && placed->queued < first->queued) continue;
    const bool waits =
        row > 0 && placement && placement(static_cast<Worker>(row - 1)) == Placement::later;
    if (!waits) placed = first;
  }
  if (placed == nullptr) return next_worth_connection(now);
  if (placed == longest) return longest;
  if (longest->passed_over >= kMaxPassedOver * (idle_turns_.size() - 1)) return longest;
  ++longest->passed_over;
  return placed;
}

/// The connections of all idle hosts are with workers that have no room now, and so the next task,
/// also of a host with something in flight, takes another one. Of each row the first is looked at.
Scheduler::Host* Scheduler::next_worth_connection(Instant now) {
  Host* longest = nullptr;
  Host* worth = nullptr;
  for (const Row& row : idle_turns_) {
    Host* const first = row.first;
    if (first == nullptr) continue;
    if (longest == nullptr || first->queued < longest->queued) longest = first;
    if (!first->is_worth_connection()) continue;
    if (worth == nullptr || first->queued < worth->queued) worth = first;
  }
  if (worth != nullptr) return worth;
  if (!patience_.lasts(now)) return longest;
  Host* const busy = busy_turns_.first;
  if (busy != nullptr && busy->is_worth_connection()) return busy;
  waits_until_ = patience_.ends();
  return nullptr;
}

Scheduler::Row& Scheduler::idle_row(const Host& host) {
  const std::size_t row = host.connected ? std::size_t{*host.connected} + 1 : 0;
  while (idle_turns_.size() <= row) idle_turns_.emplace_back();
  return idle_turns_[row];
}

// --- One host ---

Scheduler::Host& Scheduler::find_or_add(const std::string& host, unsigned limit, HostPiece piece,
                                        Instant now) {
  std::string of_piece;
  if (piece.count > 1) of_piece = name_of_piece(host, piece);
  const std::string& name = piece.count > 1 ? of_piece : host;
  const NameView wanted{name, std::hash<std::string>()(name)};
  if (const auto known = hosts_.find(wanted); known != hosts_.end()) {
    Host& entry = known->second;
    if (limit > entry.asked) {
      entry.asked = limit;
      if (!entry.has_own_limit) entry.governor.allow(share_of_limit(limit, piece));
    }
    return entry;
  }
  const auto added = hosts_.try_emplace(Name{name, wanted.hash}, rules_, limit, piece).first;
  added->second.name = &added->first;
  if (rules_.per_host || !rules_.limits.empty()) apply_rules(added->second, now);
  return added->second;
}

void Scheduler::push_ready(Host& host, TaskId task) {
  std::uint32_t slot = free_ready_;
  if (slot == kNoTask) {
    slot = static_cast<std::uint32_t>(ready_.size());
    ready_.push_back({task, kNoTask});
  } else {
    free_ready_ = std::exchange(ready_[slot], Ready{task, kNoTask}).next;
  }
  (host.first_ready == kNoTask ? host.first_ready : ready_[host.last_ready].next) = slot;
  host.last_ready = slot;
  ++host.ready;
}

TaskId Scheduler::pop_ready(Host& host) {
  const std::uint32_t slot = host.first_ready;
  host.first_ready = std::exchange(ready_[slot].next, std::exchange(free_ready_, slot));
  --host.ready;
  return ready_[slot].task;
}

void Scheduler::take_due(Host& host, Instant now) {
  while (!host.delayed.empty() && host.delayed.front().first <= now) {
    push_ready(host, host.delayed.front().second);
    std::pop_heap(host.delayed.begin(), host.delayed.end(), std::greater<>());
    host.delayed.pop_back();
  }
}

/// Moves a host of which anything has changed to the row and the heap position it belongs in.
void Scheduler::reposition(Host& host, Instant now) {
  waits_until_.reset();  // it may have a turn now
  if (host.skipped) {
    give_up_tasks(host, nullptr);
  } else if (const auto failed = host.governor.given_up(now)) {
    give_up_tasks(host, failed);
  }
  const bool has_ready = host.first_ready != kNoTask;
  if (!has_ready && host.delayed.empty()) {
    wake_at(host, std::nullopt);
    return forget_or_keep(host, now);
  }
  const bool wants = has_ready && host.governor.has_room();
  const bool waits = wants && host.governor.ready_at() > now;
  if (wants && !waits) {
    set_row(host, host.governor.in_flight() == 0 ? &idle_row(host) : &busy_turns_);
  } else {
    set_row(host, nullptr);
  }
  std::optional<Instant> when;
  if (waits) when = host.governor.ready_at();
  if (!host.delayed.empty() && (!when || host.delayed.front().first < *when)) {
    when = host.delayed.front().first;
  }
  wake_at(host, when);
}

void Scheduler::give_up_tasks(Host& host, const std::shared_ptr<const Failed>& failed) {
  while (host.first_ready != kNoTask) {
    given_up_.push_back({pop_ready(host), failed});
    --size_;
  }
  for (const auto& [when, task] : host.delayed) given_up_.push_back({task, failed});
  size_ -= host.delayed.size();
  host.delayed.clear();
}

void Scheduler::set_row(Host& host, Row* row) {
  if (host.row == row) return;
  const auto is_idle_row = [this](const Row* one) {
    return one != nullptr && one != &busy_turns_ && one != &kept_;
  };
  if (is_idle_row(host.row)) --idle_hosts_;
  if (is_idle_row(row)) ++idle_hosts_;
  if (host.row != nullptr) host.row->remove(host);
  if (row != nullptr) row->push_back(host);
  host.row = row;
  host.queued = ++queued_;
}

/// Takes a host without tasks: what it taught may be worth keeping.
void Scheduler::forget_or_keep(Host& host, Instant now) {
  set_row(host, nullptr);
  if (host.governor.in_flight() > 0) return;
  if (!host.governor.worth_keeping(now)) return forget(host);
  set_row(host, &kept_);
  if (kept_.size <= kMaxIdleHosts) return;
  Host& oldest = *kept_.first;
  set_row(oldest, nullptr);
  forget(oldest);
}

void Scheduler::forget(const Host& host) { hosts_.erase(hosts_.find(*host.name)); }

void Scheduler::Row::push_back(Host& host) {
  host.previous = last;
  host.next = nullptr;
  (last != nullptr ? last->next : first) = &host;
  last = &host;
  ++size;
}

void Scheduler::Row::remove(Host& host) {
  (host.previous != nullptr ? host.previous->next : first) = host.next;
  (host.next != nullptr ? host.next->previous : last) = host.previous;
  --size;
}

// --- Hosts that wait for a time ---

void Scheduler::wake_at(Host& host, std::optional<Instant> when) {
  if (when) {
    host.wake = *when;
    if (host.heap_index == kNotWaking) {
      waking_.push_back(&host);
      host.heap_index = waking_.size() - 1;
    }
    sift_up(host.heap_index);
    sift_down(host.heap_index);
  } else if (host.heap_index != kNotWaking) {
    const std::size_t index = std::exchange(host.heap_index, kNotWaking);
    Host* last = waking_.back();
    waking_.pop_back();
    if (last == &host) return;
    set_heap_index(last, index);
    sift_up(index);
    sift_down(last->heap_index);
  }
}

void Scheduler::sift_up(std::size_t index) {
  Host* host = waking_[index];
  while (index > 0 && host->wake < waking_[(index - 1) / 2]->wake) {
    set_heap_index(waking_[(index - 1) / 2], index);
    index = (index - 1) / 2;
  }
  set_heap_index(host, index);
}

void Scheduler::sift_down(std::size_t index) {
  Host* host = waking_[index];
  for (std::size_t child = 2 * index + 1; child < waking_.size(); child = 2 * index + 1) {
    if (child + 1 < waking_.size() && waking_[child + 1]->wake < waking_[child]->wake) ++child;
    if (waking_[child]->wake >= host->wake) break;
    set_heap_index(waking_[child], index);
    index = child;
  }
  set_heap_index(host, index);
}

void Scheduler::set_heap_index(Host* host, std::size_t heap_index) {
  waking_[heap_index] = host;
  host->heap_index = heap_index;
}

}  // namespace fanfetch
