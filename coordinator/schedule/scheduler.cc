#include "coordinator/schedule/scheduler.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace fanfetch {
namespace {

/// Hosts that next() looks at for one that fits.
constexpr unsigned kLookahead = 16;
/// So often the first host in turn is passed over for one that fits better.
constexpr unsigned kPatience = 32;

}  // namespace

Scheduler::Scheduler(HostRules rules, std::uint64_t seed) : rules_(rules), dice_(seed) {
  hosts_.max_load_factor(
      0.5);  // with a hundred thousand hosts each step of a look-up misses the cache
}

// --- Tasks in and out ---

void Scheduler::add(TaskId task, const std::string& host, unsigned most, Instant now) {
  Host& entry = find_or_add(host, most);
  push_ready(entry, task);
  ++size_;
  place(entry, now);
}

void Scheduler::add_later(TaskId task, const std::string& host, unsigned most, Instant when,
                          Instant now) {
  Host& entry = find_or_add(host, most);
  entry.delayed.emplace_back(when, task);
  std::push_heap(entry.delayed.begin(), entry.delayed.end(), std::greater<>());
  ++size_;
  place(entry, now);
}

std::optional<Scheduler::TaskId> Scheduler::next(Instant now, const Fits& fits) {
  while (!waking_.empty() && waking_.front()->wake <= now) {
    Host& host = *waking_.front();
    take_due(host, now);
    place(host, now);
  }
  Host* host = next_host(fits);
  if (host == nullptr) return std::nullopt;
  host->passed_over = 0;
  set_row(*host, nullptr);  // behind the others
  const TaskId task = pop_ready(*host);
  --size_;
  running_.try_emplace(task, Running{host, host->governor.start(now)});
  place(*host, now);
  return task;
}

void Scheduler::finished(TaskId task, const HostFeedback& answer, Instant now) {
  const auto running = running_.find(task);
  assert(running != running_.end());
  Host& host = *running->second.host;
  host.governor.finish(running->second.attempt, answer, now, dice_);
  running_.erase(running);
  place(host, now);
}

std::optional<Scheduler::GivenUp> Scheduler::next_given_up() {
  if (given_up_.empty()) return std::nullopt;
  GivenUp first = std::move(given_up_.front());
  given_up_.pop_front();
  return first;
}

void Scheduler::clear(Instant now) {
  given_up_.clear();
  size_ = 0;
  ready_.clear();
  free_ready_ = kNoTask;
  // First all of them: place() may forget the host, or one that has no task for its sake.
  std::vector<Host*> with_tasks;
  for (auto& [name, host] : hosts_) {
    if (host.first_ready != kNoTask || !host.delayed.empty()) with_tasks.push_back(&host);
  }
  for (Host* host : with_tasks) {
    host->first_ready = host->last_ready = kNoTask;
    host->delayed.clear();
    place(*host, now);
  }
}

std::optional<Instant> Scheduler::next_due() const {
  if (waking_.empty()) return std::nullopt;
  return waking_.front()->wake;
}

Scheduler::Host* Scheduler::next_host(const Fits& fits) const {
  Host* const first = idle_turns_.first;
  if (first == nullptr) return busy_turns_.first;
  if (!fits || first->passed_over >= kPatience) return first;
  unsigned looked_at = 0;
  for (Host* host = first; host != nullptr && looked_at < kLookahead; host = host->next) {
    if (fits(*host->name)) {
      if (host != first) ++first->passed_over;
      return host;
    }
    ++looked_at;
  }
  return first;
}

// --- One host ---

Scheduler::Host& Scheduler::find_or_add(const std::string& name, unsigned most) {
  const auto [entry, is_new] = hosts_.try_emplace(name, rules_, most);
  Host& host = entry->second;
  if (is_new) {
    host.name = &entry->first;
  } else {
    host.governor.allow(most);
  }
  return host;
}

void Scheduler::push_ready(Host& host, TaskId task) {
  std::uint32_t place = free_ready_;
  if (place == kNoTask) {
    place = static_cast<std::uint32_t>(ready_.size());
    ready_.push_back({task, kNoTask});
  } else {
    free_ready_ = std::exchange(ready_[place], Ready{task, kNoTask}).next;
  }
  (host.first_ready == kNoTask ? host.first_ready : ready_[host.last_ready].next) = place;
  host.last_ready = place;
}

Scheduler::TaskId Scheduler::pop_ready(Host& host) {
  const std::uint32_t place = host.first_ready;
  host.first_ready = std::exchange(ready_[place].next, std::exchange(free_ready_, place));
  return ready_[place].task;
}

void Scheduler::take_due(Host& host, Instant now) {
  while (!host.delayed.empty() && host.delayed.front().first <= now) {
    push_ready(host, host.delayed.front().second);
    std::pop_heap(host.delayed.begin(), host.delayed.end(), std::greater<>());
    host.delayed.pop_back();
  }
}

/// Puts a host of which anything has changed where it belongs now.
void Scheduler::place(Host& host, Instant now) {
  if (const auto failed = host.governor.given_up(now)) give_up_tasks(host, failed);
  const bool has_ready = host.first_ready != kNoTask;
  if (!has_ready && host.delayed.empty()) {
    wake_at(host, std::nullopt);
    return forget_or_keep(host, now);
  }
  const bool wants = has_ready && host.governor.has_room();
  const bool waits = wants && host.governor.ready_at() > now;
  if (wants && !waits) {
    set_row(host, host.governor.in_flight() == 0 ? &idle_turns_ : &busy_turns_);
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
  if (host.row != nullptr) host.row->remove(host);
  if (row != nullptr) row->push_back(host);
  host.row = row;
}

/// One without tasks.
void Scheduler::forget_or_keep(Host& host, Instant now) {
  set_row(host, nullptr);
  if (host.governor.in_flight() > 0) return;
  if (!host.governor.worth_keeping(now)) return forget(host);
  set_row(host, &kept_);
  if (kept_.size <= kMostIdleHosts) return;
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
    if (host.place == kNotWaking) {
      waking_.push_back(&host);
      host.place = waking_.size() - 1;
    }
    sift_up(host.place);
    sift_down(host.place);
  } else if (host.place != kNotWaking) {
    const std::size_t place = std::exchange(host.place, kNotWaking);
    Host* last = waking_.back();
    waking_.pop_back();
    if (last == &host) return;
    set_place(place, last);
    sift_up(place);
    sift_down(last->place);
  }
}

void Scheduler::sift_up(std::size_t place) {
  Host* host = waking_[place];
  while (place > 0 && host->wake < waking_[(place - 1) / 2]->wake) {
    set_place(place, waking_[(place - 1) / 2]);
    place = (place - 1) / 2;
  }
  set_place(place, host);
}

void Scheduler::sift_down(std::size_t place) {
  Host* host = waking_[place];
  for (std::size_t child = 2 * place + 1; child < waking_.size(); child = 2 * place + 1) {
    if (child + 1 < waking_.size() && waking_[child + 1]->wake < waking_[child]->wake) ++child;
    if (waking_[child]->wake >= host->wake) break;
    set_place(place, waking_[child]);
    place = child;
  }
  set_place(place, host);
}

void Scheduler::set_place(std::size_t place, Host* host) {
  waking_[place] = host;
  host->place = place;
}

}  // namespace fanfetch
