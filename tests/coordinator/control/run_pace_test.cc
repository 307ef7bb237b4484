#include "coordinator/control/run_pace.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;
using Pause = RunPace::Pause;

constexpr std::uint64_t kSlow = 512 * 1024;
const WallTime kMidnight = std::chrono::sys_days(2026y / 11 / 26);

std::chrono::seconds none(WallTime /*time*/) { return 0s; }

class RunPaceTest : public testing::Test {
 protected:
  /// `time`: since midnight, by both clocks.
  static RunPace::Now at(Duration time) { return {kMidnight + time, Instant(time)}; }
  [[nodiscard]] RunPace::State state(Duration time) const { return pace_.at(at(time)); }
  [[nodiscard]] std::string holds(Duration time) const {
    return holds_text(state(time), kMidnight + time);
  }
  static RatePlan plan() {
    return RatePlan(std::vector<RatePlan::Entry>{
        {.at = 8h, .bytes = kSlow}, {.at = 18h, .pause = true}, {.at = 23h, .bytes = 0}});
  }

  RunPace pace_{plan(), none};
};

TEST_F(RunPaceTest, GoesByTheTimetable) {
  EXPECT_EQ(state(7h).allowed.bytes, 0u);
  EXPECT_FALSE(state(7h).is_paused());
  EXPECT_EQ(state(8h).allowed.bytes, kSlow);
  EXPECT_EQ(state(18h).pause, Pause::timetable);
  EXPECT_EQ(state(18h).paused_until, kMidnight + 23h);
  EXPECT_FALSE(state(23h).is_paused());
  EXPECT_EQ(state(23h).rate_until, kMidnight + 32h);
}

TEST_F(RunPaceTest, ResumeEndsATimetablesPauseUntilItHasSomethingElse) {
  EXPECT_FALSE(pace_.resume(at(17h))) << "there is none";
  EXPECT_TRUE(pace_.resume(at(19h)));
  EXPECT_FALSE(state(19h).is_paused());
  EXPECT_EQ(state(19h).allowed.bytes, kSlow) << "what held before it";
  EXPECT_FALSE(pace_.resume(at(20h)));
  EXPECT_FALSE(state(24h).is_paused());
  EXPECT_EQ(state(24h + 18h).pause, Pause::timetable) << "the next day's is another one";
  pace_.set_plan(plan());
  EXPECT_TRUE(state(20h).is_paused()) << "a new timetable has not been ended";
  pace_.set_plan(7);
  EXPECT_FALSE(state(20h).is_paused());
  EXPECT_EQ(state(20h).allowed.bytes, 7u);
}

TEST_F(RunPaceTest, AUsersPauseOutlastsTheTimetable) {
  EXPECT_TRUE(pace_.pause({}));
  EXPECT_FALSE(pace_.pause({})) << "so already";
  for (const auto time : {9h, 19h, 30h}) EXPECT_EQ(state(time).pause, Pause::command);
  EXPECT_FALSE(state(19h).paused_until);
  EXPECT_EQ(holds(9h), "512K until 18:00") << "which comes into force with resume";
  EXPECT_TRUE(pace_.resume(at(19h)));
  EXPECT_FALSE(state(19h).is_paused()) << "both have ended";
  // Paused once more for a while, it goes on as it was told to.
  EXPECT_TRUE(pace_.pause(Instant(20h)));
  EXPECT_TRUE(state(20h - 1s).is_paused());
  EXPECT_FALSE(state(20h).is_paused());
}

TEST_F(RunPaceTest, TheLongerPauseCounts) {
  EXPECT_TRUE(pace_.pause(Instant(19h)));
  EXPECT_EQ(state(17h).pause, Pause::command);
  EXPECT_EQ(state(17h).paused_until, kMidnight + 19h);
  EXPECT_EQ(state(18h).pause, Pause::timetable);
  EXPECT_EQ(state(18h).paused_until, kMidnight + 23h);
  EXPECT_TRUE(pace_.pause(Instant(24h)));
  EXPECT_EQ(state(18h).pause, Pause::command);
  EXPECT_EQ(state(18h).paused_until, kMidnight + 24h);
  EXPECT_EQ(state(18h).pause_ends, Instant(24h));
  EXPECT_FALSE(state(24h).is_paused());
}

TEST_F(RunPaceTest, ASetClockMovesTheTimetableAndNoPauseForATime) {
  EXPECT_TRUE(pace_.pause(Instant(1h)));
  // By the wall it is evening at once.
  EXPECT_EQ(pace_.at({kMidnight + 17h, Instant(30min)}).pause, Pause::command);
  EXPECT_EQ(pace_.at({kMidnight + 17h, Instant(30min)}).paused_until, kMidnight + 17h + 30min);
  EXPECT_FALSE(pace_.at({kMidnight + 17h, Instant(1h)}).is_paused());
  EXPECT_EQ(pace_.at({kMidnight + 17h, Instant(1h)}).allowed.bytes, kSlow);
  EXPECT_EQ(pace_.at({kMidnight + 7h, Instant(2h)}).allowed.bytes, 0u) << "set back again";
}

TEST_F(RunPaceTest, ADriversPauseIsItsOwn) {
  pace_.set_paused_by_driver(true);
  EXPECT_EQ(state(9h).pause, Pause::driver);
  EXPECT_EQ(paused_text(state(19h), kMidnight), "paused by the fleet's driver");
  EXPECT_FALSE(state(19h).paused_until)
      << "as long as the driver likes, whatever the timetable has";
  EXPECT_FALSE(pace_.resume(at(9h))) << "there is none that ends here";
  EXPECT_EQ(state(9h).pause, Pause::driver);
  EXPECT_TRUE(pace_.pause(Instant(10h)));
  EXPECT_EQ(state(9h).pause_ends, Instant(10h));
  // The driver goes on: what was said here holds.
  pace_.set_paused_by_driver(false);
  EXPECT_EQ(state(9h).pause, Pause::command);
  EXPECT_EQ(state(19h).pause, Pause::timetable);
  pace_.set_paused_by_driver(true);
  EXPECT_TRUE(pace_.resume(at(9h)));
  pace_.set_paused_by_driver(false);
  EXPECT_FALSE(state(9h).is_paused());
}

TEST_F(RunPaceTest, TellsWhatTimeHasChanged) {
  const auto change = [this](Duration before, Duration after) {
    return change_text(state(before), state(after), kMidnight + after, 3);
  };
  EXPECT_EQ(change(7h, 8h), "--limit-rate 512K until 18:00");
  EXPECT_EQ(change(17h, 18h),
            "paused until 23:00 by --limit-rate: 3 in flight finish, and nothing new starts");
  EXPECT_EQ(change(18h, 19h), "");
  EXPECT_EQ(change(22h, 23h), "the pause is over: --limit-rate off until 08:00");
  EXPECT_EQ(change(8h, 9h), "");
  EXPECT_TRUE(pace_.pause({}));
  EXPECT_EQ(change(17h, 18h), "") << "paused, and still is";
  RunPace plain(0, none);
  EXPECT_TRUE(plain.pause(Instant(1h)));
  EXPECT_EQ(change_text(plain.at(at(0h)), plain.at(at(1h)), kMidnight, 0), "the pause is over");
}

}  // namespace
}  // namespace fanfetch
