#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "common/clock.h"

namespace fanfetch {

/// How much a run may receive at some time.
struct AllowedRate {
  std::uint64_t bytes = 0;  ///< A second; 0: no limit. Of a pause: what held before it.
  bool pause = false;       ///< Nothing new begins.
};
/// Whether one allows what the other does: of a pause, its bytes do not matter.
[[nodiscard]] bool same(const AllowedRate& one, const AllowedRate& other);

/// What --limit-rate says: one rate, or a timetable of the day, which is repeated.
class RatePlan {
 public:
  /// From this time of the day on, as the clock on the wall shows it.
  struct Entry {
    std::chrono::minutes at{0};
    std::uint64_t bytes = 0;  ///< As in AllowedRate; not of a pause.
    bool pause = false;

    bool operator==(const Entry&) const = default;
  };

  RatePlan() = default;
  RatePlan(std::uint64_t bytes) : bytes_(bytes) {}
  /// `timetable`: in any order. REQUIRES: times from 0:00 to 23:59, none twice; not all are pauses.
  explicit RatePlan(std::vector<Entry> timetable);

  /// In the order of the day; empty: it is one rate.
  [[nodiscard]] const std::vector<Entry>& timetable() const { return timetable_; }
  [[nodiscard]] bool is_timetable() const { return !timetable_.empty(); }
  /// REQUIRES: it is one rate.
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// What holds when clocks show `time` since midnight: the last entry before it, which may be
  /// yesterday's.
  [[nodiscard]] AllowedRate at(std::chrono::seconds time) const;

  bool operator==(const RatePlan&) const = default;

 private:
  std::uint64_t bytes_ = 0;
  std::vector<Entry> timetable_;
};

/// By how much clocks on the wall are ahead of UTC at a time; see utc_offset().
using UtcOffset = std::function<std::chrono::seconds(WallTime)>;

/// What holds at some time, and when something else will; nullopt: never.
struct HeldRate {
  AllowedRate rate;
  std::optional<WallTime> until;
};
/// What `plan` says of `now`: always that which it says of the time that clocks on the wall show.
/// Where they are put forward, an entry of the hour that is left out holds from then on; where they
/// are put back, what held in the hour that comes twice holds twice. Pure, so that it may be asked
/// again whenever the clock was set.
[[nodiscard]] HeldRate rate_at(const RatePlan& plan, WallTime now, const UtcOffset& offset_at);

}  // namespace fanfetch
