#include "common/clock.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <time.h>

#include "common/human_date.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

TEST(FormatRfc3339, IsUtcWithMilliseconds) {
  EXPECT_EQ(format_rfc3339(WallTime()), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_rfc3339(WallTime(1795378325123ms)), "2026-11-22T20:12:05.123Z");
  EXPECT_EQ(format_rfc3339(WallTime(951868799999ms)), "2000-02-29T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339(WallTime(4102444800000ms)), "2100-01-01T00:00:00.000Z");
}

TEST(HumanDate, IsTheSameWithoutMilliseconds) {
  EXPECT_EQ(human_date(WallTime(1795378325123ms)), "2026-11-22 20:12:05 UTC");
}

TEST(FormatRfc3339, RoundsDownAlsoBeforeTheEpoch) {
  EXPECT_EQ(format_rfc3339(WallTime(1999us)), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(format_rfc3339(WallTime(-1ms)), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_rfc3339(WallTime(-1us)), "1969-12-31T23:59:59.999Z");
}

TEST(FormatRfc3339, DoesNotFollowTheTimeZone) {
  ::setenv("TZ", "Asia/Kolkata", 1);
  ::tzset();
  EXPECT_EQ(format_rfc3339(WallTime()), "1970-01-01T00:00:00.000Z");
  ::unsetenv("TZ");
  ::tzset();
}

}  // namespace
}  // namespace fanfetch
