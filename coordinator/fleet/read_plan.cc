#include "coordinator/fleet/read_plan.h"

#include <algorithm>
#include <utility>

namespace fanfetch {

void ReadPlan::begin(unsigned partition, Instant now) {
  works_[partition] = true;
  sweep_left_ = static_cast<unsigned>(works_.size());
  next_sweep_ = now;
  pause_ = {};
}

void ReadPlan::end(unsigned partition) {
  works_[partition] = false;
  hot_.erase(partition);
}

std::vector<ReadPlan::Question> ReadPlan::next(Instant now,
                                               const std::function<std::size_t(unsigned)>& room) {
  std::vector<Question> questions;
  const bool sweeps = now >= next_sweep_;
  if (sweeps && sweep_left_ == 0) sweep_left_ = static_cast<unsigned>(works_.size());
  if (now >= next_hot_) {
    ask_hot(questions, kMostPartitions - (sweeps ? kPartitionsOfSweep : 0), room);
    next_hot_ = now + kLongestRest;  // if they have no room, and there is no answer
  }
  if (sweeps) ask_others(questions, now, room);
  return questions;
}

void ReadPlan::ask_hot(std::vector<Question>& questions, unsigned most,
                       const std::function<std::size_t(unsigned)>& room) {
  const std::size_t links =
      std::max(kLinksOfPartition, kLinksOfAnswer / std::max<std::size_t>(hot_.size(), 1));
  auto at = hot_.lower_bound(hot_turn_);
  for (std::size_t left = hot_.size(); left > 0 && questions.size() < most; --left, ++at) {
    if (at == hot_.end()) at = hot_.begin();
    const unsigned partition = at->first;
    hot_turn_ = partition + 1;
    if (const std::size_t wanted = std::min(links, room(partition)); wanted > 0) {
      questions.push_back({.partition = partition, .most = wanted});
    }
  }
}

void ReadPlan::ask_others(std::vector<Question>& questions, Instant now,
                          const std::function<std::size_t(unsigned)>& room) {
  for (; sweep_left_ > 0 && questions.size() < kMostPartitions; --sweep_left_) {
    const unsigned partition = sweep_turn_;
    sweep_turn_ = (sweep_turn_ + 1) % static_cast<unsigned>(works_.size());
    if (!works_[partition] || hot_.contains(partition)) continue;
    if (const std::size_t wanted = std::min(kLinksOfPartition, room(partition)); wanted > 0) {
      questions.push_back({.partition = partition, .most = wanted});
    }
  }
  if (sweep_left_ == 0) end_sweep(now, room);
}

/// What its last question finds counts for the next one.
void ReadPlan::end_sweep(Instant now, const std::function<std::size_t(unsigned)>& room) {
  pause_ = found_some_ ? Duration(kFirstPause)
                       : std::clamp<Duration>(2 * pause_, kFirstPause, kLongestPause);
  next_sweep_ = now + pause_;
  found_some_ = false;
  // Those without room were not asked, and are to be as soon as they have some.
  std::erase_if(hot_,
                [&](const auto& one) { return now - one.second > kHotFor && room(one.first) > 0; });
}

void ReadPlan::on_links(unsigned partition, std::size_t links, Instant now) {
  if (!works_[partition]) return;
  links_ += links;
  if (hot_.insert_or_assign(partition, now).second) found_some_ = true;
}

void ReadPlan::on_answered(Instant now) {
  rest_ = links_ >= kFewLinks ? Duration(0)
          : links_ > 0        ? Duration(kFirstRest)
                              : std::clamp<Duration>(2 * rest_, kFirstRest, kLongestRest);
  next_hot_ = now + rest_;
  links_ = 0;
}

Instant ReadPlan::wake_at() const {
  return hot_.empty() ? next_sweep_ : std::min(next_hot_, next_sweep_);
}

}  // namespace fanfetch
