#include "coordinator/report/progress.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

const Instant kStart{1000s};
constexpr std::uint64_t kMega = 1 << 20;

/// 45 of 91 links are done, 2 of them failed.
LiveReport half_way() {
  LiveReport live;
  live.saved = 43;
  live.failed = 2;
  live.received_bytes = 4 * kMega;
  live.links_per_second = 11.25;
  live.bytes_per_second = kMega;
  live.total = 91;
  live.time_left = 4s;
  return live;
}

LiveReport waiting() {
  LiveReport live = half_way();
  live.hosts_waiting = 3;
  live.longest_wait = 72min;
  live.everything_waits = true;
  live.time_left = std::nullopt;
  return live;
}

std::string bar(const LiveReport& live, unsigned columns) {
  Progress progress(Progress::Style::bar, kStart);
  return progress.due(live, kStart, columns).value_or("");
}

TEST(Progress, BarShowsEverything) {
  EXPECT_EQ(bar(half_way(), 80),
            "[============>             ] 45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s");
}

TEST(Progress, BarSaysWhatItWaitsFor) {
  EXPECT_EQ(bar(waiting(), 84),
            "45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  waiting for 3 hosts (longest 1h12m)");
}

TEST(Progress, OldFailuresAreNoNews) {
  LiveReport live = half_way();
  live.failed_before = 2;
  EXPECT_EQ(bar(live, 80).find("failed"), std::string::npos) << bar(live, 80);
}

TEST(Progress, BarComesAtMostFiveTimesASecond) {
  Progress progress(Progress::Style::bar, kStart);
  int count = 0;
  for (auto now = kStart; now < kStart + 1s; now += 1ms) count += progress.due({}, now, 80) ? 1 : 0;
  EXPECT_EQ(count, 5);
  EXPECT_EQ(progress.next(), kStart + 1s);
}

TEST(Progress, BarFitsWhateverTheWidth) {
  LiveReport most = waiting();
  most.saved = most.received_bytes = most.hosts_waiting = ~0ull;
  most.failed = 0;
  most.total = ~0ull;
  LiveReport unknown = half_way();
  unknown.total = std::nullopt;
  LiveReport none;
  none.total = 0;
  LiveReport more = half_way();  // than there are
  more.total = 3;
  for (const auto& live : {half_way(), waiting(), most, unknown, none, more, LiveReport{}}) {
    for (unsigned columns = 1; columns <= 200; ++columns) {
      const std::string text = bar(live, columns);
      EXPECT_LE(text.size(), columns) << text;
      EXPECT_TRUE(
          std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
  }
}

TEST(Progress, NarrowBarsKeepWhatMatters) {
  const auto at = [](unsigned columns) { return bar(half_way(), columns); };
  EXPECT_EQ(at(51), "45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s");
  EXPECT_EQ(at(50), "45/91  11.2/s  4.0 MiB  2 failed  ETA 4s");
  EXPECT_EQ(at(35), "45/91  11.2/s  2 failed  ETA 4s");
  EXPECT_EQ(at(20), "45/91  2 failed");
  EXPECT_EQ(at(12), "45/91");
}

TEST(Progress, WithoutATotalThereIsNoBar) {
  LiveReport live = half_way();
  live.total = std::nullopt;
  live.failed = 0;
  live.time_left = std::nullopt;
  EXPECT_EQ(bar(live, 80), "43 done  11.2/s  4.0 MiB  1.0 MiB/s");
}

TEST(Progress, TheEndIsFull) {
  LiveReport live;
  live.saved = 91;
  live.total = 91;
  const std::string text = bar(live, 60);
  EXPECT_EQ(text.find_first_of("> "), text.find(']') + 1) << text;
}

TEST(Progress, NothingIsDividedByZero) {
  LiveReport live;
  live.total = 0;
  EXPECT_NE(bar(live, 60).find("0/0  0.0/s  0 B  0 B/s"), std::string::npos) << bar(live, 60);
}

TEST(Progress, LinesComeAfterFiveSecondsAndThenEachMinute) {
  Progress progress(Progress::Style::plain, kStart);
  EXPECT_EQ(progress.next(), kStart + 5s);
  EXPECT_FALSE(progress.due({}, kStart + 4999ms, 80));
  EXPECT_EQ(progress.due(half_way(), kStart + 5s, 0),
            "45 of 91 done, 2 failed, 4.0 MiB, 11.2/s, 1.0 MiB/s, 4s left");
  EXPECT_FALSE(progress.due({}, kStart + 64s, 80));
  LiveReport later = waiting();
  later.total = std::nullopt;
  EXPECT_EQ(progress.due(later, kStart + 65s, 80),
            "45 done, 2 failed, 4.0 MiB, 11.2/s, 1.0 MiB/s, waiting for 3 hosts (longest 1h12m)");
}

TEST(Progress, NoneSaysNothing) {
  Progress progress(Progress::Style::none, kStart);
  EXPECT_EQ(progress.next(), std::nullopt);
  EXPECT_FALSE(progress.due({}, kStart + 1h, 80));
}

}  // namespace
}  // namespace fanfetch
