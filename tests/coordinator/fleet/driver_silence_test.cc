#include "coordinator/fleet/driver_silence.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "coordinator/fleet/fleet_job.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST(DriverSilence, IsSaidOnceAMinuteUntilTheDriverIsBack) {
  DriverSilence silence;
  const Instant start{};
  const std::string at_12s =
      "the fleet's driver is silent for 12s: this node does what it has, and waits for the driver";
  const struct {
    milliseconds at;
    std::optional<milliseconds> quiet;
    std::string said;
  } rows[] = {
      {0s, std::nullopt, ""},
      {1s, 0s, ""},
      {2s, 9999ms, ""},
      {3s, 12s, at_12s},
      {4s, 13s, ""},
      {62999ms, 72s, ""},
      {63s, 72s,
       "the fleet's driver is silent for 1m12s: this node does what it has, and waits for the "
       "driver"},
      {63500ms, std::nullopt, ""},  // the job is not there any more
      {64s, 100ms, "the fleet's driver is there again"},
      {65s, 100ms, ""},
      {66s, 12s, at_12s},
  };
  for (const auto& [at, quiet, said] : rows) {
    EXPECT_EQ(silence.on_look(quiet, start + at), said) << at.count();
  }
}

TEST(DriverSilence, OfATimeWithoutRedisIsNone) {
  DriverSilence silence;
  const Instant start{};
  silence.on_up(start);
  EXPECT_EQ(silence.on_look(60s, start + 1s), "");
  EXPECT_EQ(silence.on_look(69s, start + 9999ms), "");
  EXPECT_NE(silence.on_look(70s, start + 10s), "");
  silence.on_up(start + 20s);
  EXPECT_EQ(silence.on_look(120s, start + 29s), "");
  EXPECT_EQ(silence.on_look(1s, start + 30s), "the fleet's driver is there again");
}

TEST(DriverSilence, IsCountedByRedisClock) {
  const struct {
    FleetFields fields;
    std::int64_t now;
    std::int64_t quiet;  // -1: unknown
  } rows[] = {
      {{{"id", "a"}}, 5000, -1},
      {{{"id", "a"}, {"seen_ms", "3000"}}, 5000, 2000},
      {{{"seen_ms", "5001"}}, 5000, 0},  // the clock was set back
      {{{"seen_ms", ""}}, 5000, -1},
      {{{"seen_ms", "3s"}}, 5000, -1},
      {{{"seen_ms", "-3"}}, 5000, -1},
      {{{"seen_ms", "99999999999999999999"}}, 5000, -1},
      {{{"seen_ms", "9000000000000000000"}}, 5000, 0},
      {{{"seen_ms", "3000"}}, 0, 0},
      {{{"seen_ms", "0"}}, 9'000'000'000'000'000'000, kLongestQuiet.count()},
  };
  for (const auto& [fields, now, quiet] : rows) {
    const auto counted = driver_quiet(fields, now);
    EXPECT_EQ(counted ? counted->count() : -1, quiet) << fields.back().second << " at " << now;
  }
}

}  // namespace
}  // namespace fanfetch
