#include "coordinator/process/local_time.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <ctime>
#include <optional>
#include <string>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;

/// Another time zone, for the life of it. No thread runs.
class InZone {
 public:
  explicit InZone(const char* zone) {
    if (const char* before = ::getenv("TZ")) before_ = before;
    ::setenv("TZ", zone, 1);
    ::tzset();
  }
  ~InZone() {
    if (before_) {
      ::setenv("TZ", before_->c_str(), 1);
    } else {
      ::unsetenv("TZ");
    }
    ::tzset();
  }
  InZone(const InZone&) = delete;
  InZone& operator=(const InZone&) = delete;

 private:
  std::optional<std::string> before_;
};

// The rules of Europe/Berlin and America/St_Johns, which a machine without tzdata knows, too.
constexpr const char* kBerlin = "CET-1CEST,M3.5.0,M10.5.0/3";
constexpr const char* kStJohns = "NST3:30NDT,M3.2.0,M11.1.0";

TEST(LocalTime, IsAheadOfUtcByItsZoneAndSeason) {
  const struct {
    const char* zone;
    WallTime time;
    std::chrono::seconds offset;
  } kCases[] = {
      {"UTC0", sys_days(2026y / 7 / 1), 0s},
      {kBerlin, sys_days(2026y / 3 / 29) + 1h - 1s, 1h},
      {kBerlin, sys_days(2026y / 3 / 29) + 1h, 2h},
      {kBerlin, sys_days(2026y / 10 / 25) + 1h - 1s, 2h},
      {kBerlin, sys_days(2026y / 10 / 25) + 1h, 1h},
      {kStJohns, sys_days(2026y / 3 / 8) + 5h + 30min - 1s, -3h - 30min},
      {kStJohns, sys_days(2026y / 3 / 8) + 5h + 30min, -2h - 30min},
      {kStJohns, sys_days(2026y / 11 / 1) + 4h + 30min, -3h - 30min},
  };
  for (const auto& one : kCases) {
    const InZone zone(one.zone);
    EXPECT_EQ(utc_offset(one.time), one.offset) << one.zone << format_rfc3339(one.time);
  }
}

TEST(LocalTime, IsShownAsClocksShowIt) {
  const InZone zone(kBerlin);
  const WallTime now = sys_days(2026y / 11 / 26) + 20h;
  EXPECT_EQ(wall_clock_text(now + 1h + 5min, now), "22:05");
  EXPECT_EQ(wall_clock_text(now + 11h, now), "08:00");
  EXPECT_EQ(wall_clock_text(now + 24h, now), "2026-11-27 21:00");
}

}  // namespace
}  // namespace fanfetch
