#include "coordinator/fleet/suspects.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace fanfetch {

std::string gone_nodes(unsigned gone) {
  return fmt::format("{} times the node that had it went down or was cut off", gone);
}

void Suspects::add(unsigned partition, Suspect suspect) {
  waiting_[partition].push_back(std::move(suspect));
}

void Suspects::forget(unsigned partition) {
  waiting_.erase(partition);
  if (turn_ != partition) return;
  turn_.reset();
  is_asking_ = false;
}

std::optional<Suspects::Turn> Suspects::next(const std::function<std::size_t(unsigned)>& held) {
  if (!turn_) {
    const auto least = std::ranges::min_element(
        waiting_, {}, [&held](const auto& one) { return held(one.first); });
    if (least == waiting_.end()) return std::nullopt;
    turn_ = least->first;
  }
  if (is_asking_ || held(*turn_) > 0) return std::nullopt;
  Turn turn{.partition = *turn_, .entries = {}};
  auto& suspects = waiting_[*turn_];
  if (suspects.empty()) {
    forget(turn.partition);
    return turn;
  }
  std::size_t most = std::numeric_limits<std::size_t>::max();
  while (!suspects.empty()) {
    // One that nobody tries any more is nobody's company.
    most = std::min(most, std::max<std::size_t>(company_of(suspects.front().gone), 1));
    if (turn.entries.size() >= most) break;
    turn.entries.push_back(std::move(suspects.front().entry));
    suspects.pop_front();
  }
  is_asking_ = true;
  return turn;
}

void Suspects::on_got(unsigned partition) {
  if (turn_ == partition) is_asking_ = false;
}

}  // namespace fanfetch
