#include "coordinator/report/progress.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

const Instant kStart{1000s};
constexpr std::uint64_t kMega = 1 << 20;

TEST(Progress, BarShowsEverything) {
  Progress progress(Progress::Style::bar, kStart);
  const auto bar = progress.due({45, 2, 91, 4 * kMega}, kStart + 4s, 80);
  EXPECT_EQ(bar,
            "[============>             ] 45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s");
}

TEST(Progress, BarComesAtMostFiveTimesASecond) {
  Progress progress(Progress::Style::bar, kStart);
  int count = 0;
  for (auto now = kStart; now < kStart + 1s; now += 1ms) count += progress.due({}, now, 80) ? 1 : 0;
  EXPECT_EQ(count, 5);
  EXPECT_EQ(progress.next(), kStart + 1s);
}

TEST(Progress, BarFitsWhateverTheWidth) {
  const ProgressState kStates[] = {{45, 2, 91, 4 * kMega},
                                   {0, 0, 0, 0},
                                   {5, 5, std::nullopt, kMega},
                                   {~0ull, ~0ull, ~0ull, ~0ull},
                                   {9, 0, 3, 1}};
  for (const auto& state : kStates) {
    for (unsigned columns = 1; columns <= 200; ++columns) {
      Progress progress(Progress::Style::bar, kStart);
      const auto bar = progress.due(state, kStart + 3s, columns);
      ASSERT_TRUE(bar);
      EXPECT_LE(bar->size(), columns) << *bar;
      EXPECT_TRUE(
          std::all_of(bar->begin(), bar->end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
  }
}

TEST(Progress, NarrowBarsKeepWhatMatters) {
  const auto at = [](unsigned columns) {
    Progress progress(Progress::Style::bar, kStart);
    return progress.due({45, 2, 91, 4 * kMega}, kStart + 4s, columns).value_or("");
  };
  EXPECT_EQ(at(51), "45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s");
  EXPECT_EQ(at(50), "45/91  11.2/s  4.0 MiB  2 failed  ETA 4s");
  EXPECT_EQ(at(35), "45/91  11.2/s  2 failed  ETA 4s");
  EXPECT_EQ(at(20), "45/91  2 failed");
  EXPECT_EQ(at(12), "45/91");
}

TEST(Progress, WithoutATotalThereIsNoBar) {
  Progress progress(Progress::Style::bar, kStart);
  EXPECT_EQ(progress.due({45, 0, std::nullopt, 4 * kMega}, kStart + 4s, 80),
            "45 done  11.2/s  4.0 MiB  1.0 MiB/s");
}

TEST(Progress, TheEndIsFull) {
  Progress progress(Progress::Style::bar, kStart);
  const std::string bar = progress.due({91, 0, 91, 0}, kStart + 4s, 60).value_or("");
  EXPECT_EQ(bar.find_first_of("> "), bar.find(']') + 1) << bar;
  EXPECT_EQ(bar.find("ETA"), std::string::npos);
}

TEST(Progress, NothingIsDividedByZero) {
  Progress progress(Progress::Style::bar, kStart);
  const std::string bar = progress.due({0, 0, 0, 0}, kStart, 60).value_or("");
  EXPECT_NE(bar.find("0/0  0.0/s  0 B  0 B/s"), std::string::npos) << bar;
  const std::string later = progress.due({0, 0, 9, 0}, kStart + 5s, 60).value_or("");
  EXPECT_EQ(later.find("ETA"), std::string::npos) << later;
}

TEST(Progress, AStallShowsAndLostBytesDoNot) {
  Progress progress(Progress::Style::bar, kStart);
  ASSERT_TRUE(progress.due({10, 0, 20, 10 * kMega}, kStart + 1s, 90));
  std::string bar;
  // A worker died with 2 MiB in flight, and nothing comes any more.
  for (int i = 1; i <= 60; ++i) {
    bar = progress.due({10, 0, 20, 8 * kMega}, kStart + 1s + i * 1s, 90).value_or("");
  }
  EXPECT_NE(bar.find("10/20  0.0/s  8.0 MiB  "), std::string::npos) << bar;
}

TEST(Progress, RatesAreSmooth) {
  Progress progress(Progress::Style::bar, kStart);
  std::string bar;
  for (std::uint64_t i = 0; i <= 100; ++i) {  // 10 a second, in bursts of two every 200 ms
    bar = progress.due({i * 2, 0, 1000, 0}, kStart + i * 200ms, 90).value_or("");
    EXPECT_TRUE(i == 0 || bar.find("  10.0/s  ") != std::string::npos) << bar;
  }
  EXPECT_NE(bar.find("ETA 1m20s"), std::string::npos) << bar;
}

TEST(Progress, LinesComeAfterFiveSecondsAndThenEachMinute) {
  Progress progress(Progress::Style::plain, kStart);
  EXPECT_EQ(progress.next(), kStart + 5s);
  EXPECT_FALSE(progress.due({}, kStart + 4999ms, 80));
  EXPECT_EQ(progress.due({45, 2, 91, 4 * kMega}, kStart + 5s, 0),
            "45 of 91 done, 2 failed, 4.0 MiB, 9.0/s, 5s left");
  EXPECT_FALSE(progress.due({}, kStart + 64s, 80));
  EXPECT_EQ(progress.due({46, 2, std::nullopt, 4 * kMega}, kStart + 65s, 80),
            "46 done, 2 failed, 4.0 MiB, 0.0/s");
}

TEST(Progress, NoneSaysNothing) {
  Progress progress(Progress::Style::none, kStart);
  EXPECT_EQ(progress.next(), std::nullopt);
  EXPECT_FALSE(progress.due({}, kStart + 1h, 80));
}

}  // namespace
}  // namespace fanfetch
