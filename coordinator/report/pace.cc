#include "coordinator/report/pace.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace fanfetch {
namespace {

constexpr double kMaxSecondsLeft = 100.0 * 3600;  // longer estimates are meaningless
/// Links of the list that show how many of those behind them will have to be fetched: so few that
/// the kept ones at the head of a list are soon forgotten.
constexpr double kLinksForShare = 1000;

/// A worker's death takes its bytes in flight away: that counts as 0, not as negative growth.
double grown(std::uint64_t from, std::uint64_t to) {
  return to > from ? static_cast<double>(to - from) : 0.0;
}

}  // namespace

void SmoothedRate::add(double amount, double seconds) {
  const double keep = std::exp(-seconds / over_seconds_);
  sum_ = sum_ * keep + amount / seconds * (1 - keep);
  weight_ = weight_ * keep + (1 - keep);
}

void Pace::note(const ProgressState& state, Instant now) {
  const double elapsed = std::chrono::duration<double>(now - noted_at_).count();
  if (elapsed <= 0) return;
  const double fetched = grown(noted_.fetched, state.fetched);
  links_.add(fetched, elapsed);
  links_for_time_left_.add(fetched, elapsed);
  bytes_.add(grown(noted_.bytes, state.bytes), elapsed);
  if (const double read = grown(noted_.read, state.read); read > 0) {
    const double share = std::min(1.0, grown(noted_.to_fetch, state.to_fetch) / read);
    const double keep = noted_.read == 0 ? 0 : std::exp(-read / kLinksForShare);
    share_to_fetch_ = share_to_fetch_ * keep + share * (1 - keep);
  }
  noted_ = state;
  noted_at_ = now;
}

/// Links that have to be asked for yet: those taken up, and of the unread ones a share.
double Pace::links_left() const {
  return static_cast<double>(noted_.held) + grown(noted_.read, *noted_.total) * share_to_fetch_;
}

std::optional<Duration> Pace::time_left() const {
  if (!noted_.total || *noted_.total <= noted_.settled || noted_.everything_waits) {
    return std::nullopt;
  }
  const double rate = links_for_time_left_.per_second();
  if (rate <= 0) return std::nullopt;
  const double waits = std::chrono::duration<double>(noted_.longest_wait).count();
  const double left = std::max({1.0, links_left() / rate, waits});
  if (left >= kMaxSecondsLeft) return std::nullopt;
  return std::chrono::seconds(std::llround(left));
}

}  // namespace fanfetch
