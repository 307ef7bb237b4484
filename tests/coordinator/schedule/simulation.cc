#include "tests/coordinator/schedule/simulation.h"

#include <algorithm>

namespace fanfetch::simulation {

Result Simulation::run(std::deque<std::string> links) {
  while (now_ - kStart < setup_.limit) {
    feed(links);
    dispatch();
    if (tasks_.empty() && links.empty()) break;
    if (tasks_.size() < setup_.window && !links.empty()) continue;
    Instant next = Instant::max();
    if (!events_.empty()) next = events_.top().when;
    if (in_flight_ < setup_.slots) next = std::min(next, scheduler_.next_due().value_or(next));
    if (next == Instant::max()) break;  // stuck: what is left counts as lost
    result_.busy_slot_seconds += in_flight_ * std::chrono::duration<double>(next - now_).count();
    now_ = std::max(now_, next);
    while (!events_.empty() && events_.top().when <= now_) {
      const std::uint64_t id = events_.top().task;
      events_.pop();
      complete(id);
    }
  }
  result_.took = now_ - kStart;
  if (now_ - kStart < setup_.limit) result_.lost += tasks_.size() + links.size();
  return result_;
}

void Simulation::feed(std::deque<std::string>& links) {
  while (!links.empty() && tasks_.size() < setup_.window) {
    const std::uint64_t id = next_id_++;
    tasks_[id] = {.host = links.front()};
    scheduler_.add(id, links.front(), setup_.per_host, now_);
    links.pop_front();
  }
}

void Simulation::dispatch() {
  while (in_flight_ < setup_.slots) {
    const auto id = scheduler_.next(now_);
    if (!id) break;
    Task& task = tasks_.at(*id);
    ++task.attempts;
    ++result_.requests;
    Answer answer = hosts_.at(task.host)->ask(busy_[task.host], now_, dice_);
    ++busy_[task.host];
    ++in_flight_;
    outcomes_[*id] = std::move(answer.outcome);
    events_.push({now_ + answer.takes, *id});
  }
  while (const auto given_up = scheduler_.next_given_up()) {
    ++result_.given_up;
    lose(given_up->task);
  }
}

void Simulation::complete(std::uint64_t id) {
  Task& task = tasks_.at(id);
  const Outcome outcome = std::move(outcomes_.at(id));
  outcomes_.erase(id);
  --busy_[task.host];
  --in_flight_;
  const WallTime day = kStartOfDay + (now_ - kStart);
  scheduler_.finished(id, host_feedback(outcome, day), {}, now_);
  const auto* failed = std::get_if<Failed>(&outcome);
  if (failed == nullptr) {
    ++result_.saved;
    ++result_.saved_by_host[task.host];
    tasks_.erase(id);
    return;
  }
  const int status = failed->response.http_status;
  if (status == 429 || status == 503) ++result_.refused;
  const auto delay = retry_.delay(*failed, task.attempts, day, dice_);
  if (!delay) return lose(id);
  scheduler_.add_later(id, task.host, setup_.per_host, now_ + *delay, now_);
}

void Simulation::lose(std::uint64_t id) {
  ++result_.lost;
  tasks_.erase(id);
}

}  // namespace fanfetch::simulation
