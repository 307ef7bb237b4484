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
/// Links a second below which the time left goes by bytes: so few ends make no steady rate.
constexpr double kFewLinks = 1;

/// A failed try takes its bytes away: that counts as 0, not as negative growth.
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
  const double bytes = grown(noted_.bytes, state.bytes);
  bytes_.add(bytes, elapsed);
  bytes_for_time_left_.add(bytes, elapsed);
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

/// Bytes that these links bring; nullopt: no size is known. Links whose size is not known count as
/// one that was saved, or else as one in flight; a share of them fails, as before.
std::optional<double> Pace::bytes_left() const {
  const auto known = static_cast<double>(noted_.known_in_flight);
  const auto to_come = static_cast<double>(noted_.known_to_come);
  const double others = std::max(0.0, links_left() - known);
  double each = 0;
  if (noted_.saved > 0 && noted_.fetched > 0) {
    each = static_cast<double>(noted_.saved_bytes) / static_cast<double>(noted_.fetched);
  } else if (known > 0) {
    each = (static_cast<double>(noted_.known_received) + to_come) / known;
  } else {
    return std::nullopt;
  }
  return to_come + others * each;
}

bool Pace::goes_by_bytes() const {
  return noted_.known_in_flight > 0 && links_for_time_left_.per_second() < kFewLinks;
}

std::optional<double> Pace::seconds_left() const {
  const double links = links_for_time_left_.per_second();
  const double bytes = bytes_for_time_left_.per_second();
  if (goes_by_bytes() && bytes > 0) {
    if (const auto left = bytes_left()) return *left / bytes;
  }
  if (links <= 0) return std::nullopt;
  const double in_flight = bytes > 0 ? static_cast<double>(noted_.known_to_come) / bytes : 0;
  return std::max(links_left() / links, in_flight);
}

std::optional<Duration> Pace::time_left() const {
  const bool rests = noted_.everything_waits || !noted_.paused.empty();
  if (!noted_.total || *noted_.total <= noted_.settled || rests) return std::nullopt;
  const auto seconds = seconds_left();
  if (!seconds) return std::nullopt;
  const double waits = std::chrono::duration<double>(noted_.longest_wait).count();
  const double left = std::max({1.0, *seconds, waits});
  if (left >= kMaxSecondsLeft) return std::nullopt;
  return std::chrono::seconds(std::llround(left));
}

std::optional<Pace::TotalBytes> Pace::total_bytes() const {
  if (!noted_.total || !goes_by_bytes()) return std::nullopt;
  const auto left = bytes_left();
  if (!left) return std::nullopt;
  const bool exact = *noted_.total <= noted_.read && noted_.held == noted_.known_in_flight;
  return TotalBytes{noted_.bytes + static_cast<std::uint64_t>(*left), exact};
}

}  // namespace fanfetch
