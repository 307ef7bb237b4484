#include "coordinator/plan/scheduler.h"

namespace fanfetch {

void Scheduler::add(TaskId task, const std::string& host) {
  auto& entry = *hosts_.try_emplace(host).first;
  entry.second.ready.push_back(task);
  ++size_;
  take_turn(entry);
}

void Scheduler::add_later(TaskId task, const std::string& host, Instant when) {
  auto& entry = *hosts_.try_emplace(host).first;
  ++entry.second.delayed;
  ++size_;
  delayed_.push({when, task, &entry});
}

std::optional<Scheduler::TaskId> Scheduler::next(Instant now) {
  while (!delayed_.empty() && delayed_.top().when <= now) {
    const Delayed due = delayed_.top();
    delayed_.pop();
    --due.host->second.delayed;
    due.host->second.ready.push_back(due.task);
    take_turn(*due.host);
  }
  if (turns_.empty()) return std::nullopt;
  auto& entry = *turns_.front();
  turns_.pop_front();
  Host& host = entry.second;
  host.in_turn = false;
  const TaskId task = host.ready.front();
  host.ready.pop_front();
  ++host.in_flight;
  --size_;
  take_turn(entry);  // behind the other hosts
  return task;
}

void Scheduler::finished(const std::string& host) {
  const auto entry = hosts_.find(host);
  --entry->second.in_flight;
  take_turn(*entry);
  forget_if_idle(*entry);
}

void Scheduler::clear() {
  turns_.clear();
  delayed_ = {};
  size_ = 0;
  for (auto it = hosts_.begin(); it != hosts_.end();) {
    const unsigned in_flight = it->second.in_flight;
    if (in_flight == 0) {
      it = hosts_.erase(it);
    } else {
      it->second = Host{.in_flight = in_flight};
      ++it;
    }
  }
}

std::optional<Instant> Scheduler::next_due() const {
  if (delayed_.empty()) return std::nullopt;
  return delayed_.top().when;
}

void Scheduler::take_turn(Hosts::value_type& host) {
  Host& state = host.second;
  if (state.in_turn || state.ready.empty() || state.in_flight >= per_host_) return;
  state.in_turn = true;
  turns_.push_back(&host);
}

void Scheduler::forget_if_idle(Hosts::value_type& host) {
  const Host& state = host.second;
  if (state.ready.empty() && state.in_flight == 0 && state.delayed == 0) hosts_.erase(host.first);
}

}  // namespace fanfetch
