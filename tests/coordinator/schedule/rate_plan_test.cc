#include "coordinator/schedule/rate_plan.h"

#include <gtest/gtest.h>

#include <string_view>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using std::chrono::minutes;
using Entries = std::vector<RatePlan::Entry>;

constexpr std::uint64_t kSlow = 512 * 1024;

/// `08:00,512K 18:00,off`
RatePlan by_day() { return RatePlan(Entries{{.at = 18h, .bytes = 0}, {.at = 8h, .bytes = kSlow}}); }
/// A moment of UTC.
WallTime utc(int year, unsigned month, unsigned day, std::chrono::seconds time) {
  using namespace std::chrono;
  return sys_days(year_month_day(std::chrono::year(year), std::chrono::month(month),
                                 std::chrono::day(day))) +
         time;
}
std::chrono::seconds none(WallTime /*time*/) { return 0s; }

/// Clocks that are put from `before` to `after` at `change`.
UtcOffset clocks(std::chrono::seconds before, WallTime change, std::chrono::seconds after) {
  return [=](WallTime time) { return time < change ? before : after; };
}
// 2026 in Europe/Berlin and America/St_Johns.
const auto kBerlinSpring = clocks(1h, utc(2026, 3, 29, 1h), 2h);
const auto kBerlinAutumn = clocks(2h, utc(2026, 10, 25, 1h), 1h);
const auto kStJohnsSpring = clocks(-3h - 30min, utc(2026, 3, 8, 5h + 30min), -2h - 30min);
const auto kStJohnsAutumn = clocks(-2h - 30min, utc(2026, 11, 1, 4h + 30min), -3h - 30min);

TEST(RatePlan, OneRateHoldsForEver) {
  const HeldRate held = rate_at(RatePlan(kSlow), utc(2026, 1, 1, 0s), none);
  EXPECT_EQ(held.rate.bytes, kSlow);
  EXPECT_FALSE(held.until);
}

TEST(RatePlan, TheLastEntryHoldsAlsoYesterdays) {
  const struct {
    std::chrono::seconds time;
    std::uint64_t bytes;
    WallTime until;
  } kCases[] = {
      {0s, 0, utc(2026, 5, 4, 8h)},
      {8h - 1s, 0, utc(2026, 5, 4, 8h)},
      {8h, kSlow, utc(2026, 5, 4, 18h)},
      {12h, kSlow, utc(2026, 5, 4, 18h)},
      {18h - 1s, kSlow, utc(2026, 5, 4, 18h)},
      {18h, 0, utc(2026, 5, 5, 8h)},
      {24h - 1s, 0, utc(2026, 5, 5, 8h)},
  };
  for (const auto& one : kCases) {
    const HeldRate held = rate_at(by_day(), utc(2026, 5, 4, one.time), none);
    EXPECT_EQ(held.rate.bytes, one.bytes) << one.time.count();
    EXPECT_EQ(held.until, one.until) << one.time.count();
  }
}

TEST(RatePlan, PartsOfASecondAreNoneOfTheNextEntry) {
  EXPECT_EQ(rate_at(by_day(), utc(2026, 5, 4, 8h) - 1ms, none).rate.bytes, 0u);
  EXPECT_EQ(rate_at(by_day(), utc(2026, 5, 4, 8h) - 1ms, none).until, utc(2026, 5, 4, 8h));
}

TEST(RatePlan, APauseKnowsWhatHeldBefore) {
  const RatePlan plan(Entries{{.at = 8h, .bytes = kSlow},
                              {.at = 18h, .bytes = 0, .pause = true},
                              {.at = 20h, .bytes = 0, .pause = true},
                              {.at = 22h, .bytes = 7}});
  const HeldRate held = rate_at(plan, utc(2026, 5, 4, 19h), none);
  EXPECT_TRUE(held.rate.pause);
  EXPECT_EQ(held.rate.bytes, kSlow);
  EXPECT_EQ(held.until, utc(2026, 5, 4, 22h)) << "the second one changes nothing";
  const RatePlan first(Entries{{.at = 8h, .pause = true}, {.at = 23h, .bytes = 9}});
  EXPECT_EQ(rate_at(first, utc(2026, 5, 4, 9h), none).rate.bytes, 9u) << "of the evening before";
}

TEST(RatePlan, OneThatNeverChangesHasNoEnd) {
  EXPECT_FALSE(rate_at(RatePlan(Entries{{.at = 8h, .bytes = 5}}), utc(2026, 5, 4, 9h), none).until);
  const RatePlan same(Entries{{.at = 8h, .bytes = 5}, {.at = 9h, .bytes = 5}});
  EXPECT_FALSE(rate_at(same, utc(2026, 5, 4, 8h), none).until);
}

TEST(RatePlan, GoesByTheClockOnTheWallWhereThatIsSet) {
  // Entries in the hour that is left out, or comes twice.
  const RatePlan berlin(Entries{{.at = 1h, .bytes = 1}, {.at = 2h + 30min, .bytes = 2}});
  const RatePlan on_the_hour(Entries{{.at = 1h, .bytes = 1}, {.at = 3h, .bytes = 2}});
  const struct {
    std::string_view what;
    const RatePlan& plan;
    const UtcOffset& offset;
    WallTime now;
    std::uint64_t bytes;
    WallTime until;
  } kCases[] = {
      {"before the gap", berlin, kBerlinSpring, utc(2026, 3, 29, 30min), 1, utc(2026, 3, 29, 1h)},
      {"the gap's end", berlin, kBerlinSpring, utc(2026, 3, 29, 1h), 2, utc(2026, 3, 29, 23h)},
      {"the day before", berlin, kBerlinSpring, utc(2026, 3, 28, 12h), 2, utc(2026, 3, 29, 0h)},
      {"first 2:15", berlin, kBerlinAutumn, utc(2026, 10, 25, 15min), 1, utc(2026, 10, 25, 30min)},
      {"first 2:45", berlin, kBerlinAutumn, utc(2026, 10, 25, 45min), 2, utc(2026, 10, 25, 1h)},
      {"second 2:15", berlin, kBerlinAutumn, utc(2026, 10, 25, 1h + 15min), 1,
       utc(2026, 10, 25, 1h + 30min)},
      {"second 2:45", berlin, kBerlinAutumn, utc(2026, 10, 25, 1h + 45min), 2,
       utc(2026, 10, 26, 0h)},
      {"3:00 comes once", on_the_hour, kBerlinAutumn, utc(2026, 10, 25, 30min), 1,
       utc(2026, 10, 25, 2h)},
      {"3:00 at once", on_the_hour, kBerlinSpring, utc(2026, 3, 29, 30min), 1,
       utc(2026, 3, 29, 1h)},
      {"St John's, before", berlin, kStJohnsSpring, utc(2026, 3, 8, 5h), 1,
       utc(2026, 3, 8, 5h + 30min)},
      {"St John's, behind", berlin, kStJohnsSpring, utc(2026, 3, 8, 5h + 30min), 2,
       utc(2026, 3, 9, 3h + 30min)},
      {"St John's, first 1:15", berlin, kStJohnsAutumn, utc(2026, 11, 1, 3h + 45min), 1,
       utc(2026, 11, 1, 6h)},
      {"across the change", by_day(), kBerlinSpring, utc(2026, 3, 28, 20h), 0,
       utc(2026, 3, 29, 6h)},
      {"back across it", by_day(), kBerlinAutumn, utc(2026, 10, 24, 20h), 0, utc(2026, 10, 25, 7h)},
  };
  for (const auto& one : kCases) {
    const HeldRate held = rate_at(one.plan, one.now, one.offset);
    EXPECT_EQ(held.rate.bytes, one.bytes) << one.what;
    EXPECT_EQ(held.until, one.until) << one.what;
    ASSERT_TRUE(held.until);
    const HeldRate then = rate_at(one.plan, *held.until, one.offset);
    EXPECT_NE(then.rate.bytes, held.rate.bytes) << one.what;
  }
}

TEST(RatePlan, IsTrueAtEachMinuteOfTheDaysAroundAChange) {
  const RatePlan plan(Entries{{.at = 30min, .bytes = 1},
                              {.at = 2h + 1min, .bytes = 3},
                              {.at = 2h + 59min, .bytes = 4},
                              {.at = 23h, .pause = true}});
  for (const auto& [offset, day] : {std::pair{kBerlinSpring, utc(2026, 3, 28, 0s)},
                                    {kBerlinAutumn, utc(2026, 10, 24, 0s)},
                                    {kStJohnsSpring, utc(2026, 3, 7, 0s)},
                                    {kStJohnsAutumn, utc(2026, 10, 31, 0s)}}) {
    HeldRate before = rate_at(plan, day, offset);
    for (WallTime now = day; now < day + 72h; now += 1min) {
      const HeldRate held = rate_at(plan, now, offset);
      ASSERT_TRUE(held.until);
      EXPECT_EQ(same(held.rate, before.rate), now < before.until) << format_rfc3339(now);
      before = held;
      ASSERT_GT(*held.until, now);
      // What holds does so until then, and not a second longer.
      EXPECT_TRUE(same(rate_at(plan, *held.until - 1s, offset).rate, held.rate));
      EXPECT_FALSE(same(rate_at(plan, *held.until, offset).rate, held.rate));
    }
  }
}

}  // namespace
}  // namespace fanfetch
