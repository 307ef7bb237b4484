#include "coordinator/schedule/rate_plan.h"

#include <algorithm>
#include <utility>

namespace fanfetch {
namespace {

using std::chrono::seconds;

constexpr seconds kDay = std::chrono::hours(24);

/// Seconds since 1970, of UTC or of clocks on the wall.
using Seconds = std::chrono::sys_seconds;

seconds time_of_day(Seconds local) { return local - std::chrono::floor<std::chrono::days>(local); }

/// When the entry after `now` would begin if clocks were not put forward or back before.
Seconds next_entry(const RatePlan& plan, Seconds now, seconds offset) {
  const seconds time = time_of_day(now + offset);
  for (const auto& entry : plan.timetable()) {
    if (entry.at > time) return now + (entry.at - time);
  }
  return now + (plan.timetable().front().at + kDay - time);
}

/// The first moment in (`before`, `after`] at which clocks are not ahead by `offset` any more.
/// REQUIRES: at `after` they are not.
Seconds change_of_clocks(Seconds before, Seconds after, seconds offset,
                         const UtcOffset& offset_at) {
  while (after - before > seconds(1)) {
    const Seconds middle = before + (after - before) / 2;
    (offset_at(middle) == offset ? before : after) = middle;
  }
  return after;
}

}  // namespace

bool same(const AllowedRate& one, const AllowedRate& other) {
  return one.pause == other.pause && (one.pause || one.bytes == other.bytes);
}

RatePlan::RatePlan(std::vector<Entry> timetable) : timetable_(std::move(timetable)) {
  std::ranges::sort(timetable_, {}, &Entry::at);
}

AllowedRate RatePlan::at(seconds time) const {
  if (timetable_.empty()) return {.bytes = bytes_};
  const auto behind = std::ranges::upper_bound(timetable_, time, {}, &Entry::at);
  auto index = static_cast<std::size_t>(behind - timetable_.begin());
  const auto entry = [&]() -> const Entry& {
    return timetable_[(index + timetable_.size() - 1) % timetable_.size()];
  };
  const bool pause = entry().pause;
  for (std::size_t i = 0; i < timetable_.size() && entry().pause; ++i) {
    index = (index + timetable_.size() - 1) % timetable_.size();
  }
  return {.bytes = entry().bytes, .pause = pause};
}

HeldRate rate_at(const RatePlan& plan, WallTime now, const UtcOffset& offset_at) {
  if (!plan.is_timetable()) return {.rate = plan.at(seconds(0)), .until = {}};
  const Seconds begin = std::chrono::floor<seconds>(now);
  const auto allowed = [&](Seconds time) { return plan.at(time_of_day(time + offset_at(time))); };
  const AllowedRate rate = allowed(begin);
  // All entries come by in a day, in which clocks may be put forward and back.
  for (Seconds time = begin; time < begin + 2 * kDay;) {
    const seconds offset = offset_at(time);
    Seconds next = next_entry(plan, time, offset);
    if (offset_at(next) != offset) next = change_of_clocks(time, next, offset, offset_at);
    if (!same(allowed(next), rate)) return {rate, next};
    time = next;
  }
  return {rate, std::nullopt};
}

}  // namespace fanfetch
