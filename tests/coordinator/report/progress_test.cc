#include "coordinator/report/progress.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "tests/coordinator/report/run_values.h"

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

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

std::string bar(const LiveReport& live, unsigned columns, const Look& look = {}) {
  Progress progress(Progress::Style::bar, look, kStart);
  return plain_text(progress.due(live, kStart, columns).value_or(Spans{}));
}

/// Columns that `text` takes: characters of UTF-8.
std::size_t columns_taken_by(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

TEST(Progress, BarAtUsualWidths) {
  const std::pair<unsigned, const char*> kBars[] = {
      {100, "[============>            ] 45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s"},
      {80, "[=========>          ] 45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s"},
      {60, "[=======>       ] 45/91  11.2/s  4.0 MiB  2 failed  ETA 4s"},
      {40, "[====>     ] 45/91  2 failed  ETA 4s"},
      {29, "45/91  2 failed  ETA 4s"}};
  for (const auto& [columns, expected] : kBars) EXPECT_EQ(bar(half_way(), columns), expected);
}

TEST(Progress, BlocksWhereTheyAreSeen) {
  const Look look{.redraws = true, .unicode = true};
  EXPECT_EQ(bar(half_way(), 80, look),
            "▕█████████▉          ▏ 45/91  11.2/s  4.0 MiB  1.0 MiB/s  2 failed  ETA 4s");
  EXPECT_EQ(bar(half_way(), 40, look), "▕████▉     ▏ 45/91  2 failed  ETA 4s");
}

TEST(Progress, BarSaysWhatItWaitsFor) {
  EXPECT_EQ(
      bar(waiting(), 100),
      "[============>            ] 45/91  11.2/s  4.0 MiB  2 failed  waiting for 3 hosts (longest "
      "1h12m)");
  EXPECT_EQ(bar(waiting(), 80),
            "[=========>          ] 45/91  2 failed  waiting for 3 hosts (longest 1h12m)");
  EXPECT_EQ(bar(waiting(), 40), "[====>     ] 45/91  waiting 1h12m");
}

TEST(Progress, AFewLargeFilesGoByTheirBytes) {
  LiveReport live = half_way();
  live.saved = live.failed = 0;
  live.total = 8;
  live.received_bytes = 2048 * kMega;
  live.total_bytes = 4096 * kMega;
  EXPECT_EQ(bar(live, 80),
            "[==========>         ] 0/8  11.2/s  2.0 GiB/~4.0 GiB  1.0 MiB/s  ETA 4s");
  live.total_bytes_exact = true;
  EXPECT_EQ(bar(live, 42), "[=====>    ] 0/8  2.0 GiB/4.0 GiB  ETA 4s");
  EXPECT_EQ(status_line(live),
            "0 of 8 done, 0 failed, 2.0 GiB of 4.0 GiB, 11.2/s, 1.0 MiB/s, 4s left");
}

TEST(Progress, ADriverCountsItsNodes) {
  LiveReport live = half_way();
  live.nodes = 3;
  EXPECT_EQ(bar(live, 100),
            "[============>            ] 45/91  11.2/s  4.0 MiB  1.0 MiB/s  3 nodes  2 failed  "
            "ETA 4s");
  EXPECT_EQ(bar(live, 80), bar(half_way(), 80)) << "the first to go";
  EXPECT_EQ(status_line(live),
            "45 of 91 done, 2 failed, 4.0 MiB, 11.2/s, 1.0 MiB/s, 3 nodes, 4s left");
  live.nodes = 1;
  live.paused = "paused";
  EXPECT_TRUE(status_line(live).ends_with(", 1 node, paused")) << status_line(live);
}

/// Whatever stands behind it, the drawn part begins and ends at the same columns.
TEST(Progress, TheBarKeepsItsWidth) {
  for (const bool unicode : {false, true}) {
    const Look look{.redraws = true, .unicode = unicode};
    for (const unsigned columns : {40u, 80u, 200u}) {
      std::size_t width = 0;
      for (std::uint64_t done = 0; done <= 1000; ++done) {
        LiveReport live = done % 3 == 0 ? waiting() : half_way();
        live.saved = done;
        live.failed = done % 7;
        live.received_bytes = done * done * 1000;
        live.total = 1000;
        const std::string text = bar(live, columns, look);
        const std::string frame = unicode ? "▏ " : "] ";
        const std::size_t end = columns_taken_by(text.substr(0, text.rfind(frame)));
        if (width == 0) width = end;
        ASSERT_EQ(end, width) << text;
        ASSERT_LE(columns_taken_by(text), columns) << text;
      }
    }
  }
}

TEST(Progress, FailuresAreSeenFirst) {
  Progress progress(Progress::Style::bar, {}, kStart);
  const Spans spans = *progress.due(half_way(), kStart, 80);
  const auto of = [&](Ink ink) {
    std::string text;
    for (const Span& span : spans) text += span.ink == ink ? span.text : "";
    return text;
  };
  EXPECT_EQ(of(Ink::bad), "2 failed");
  EXPECT_EQ(of(Ink::good), "=========>          ");
}

TEST(Progress, OldFailuresAreNoNews) {
  LiveReport live = half_way();
  live.failed_before = 2;
  EXPECT_EQ(bar(live, 80).find("failed"), std::string::npos) << bar(live, 80);
}

TEST(Progress, BarComesAtMostFiveTimesASecond) {
  Progress progress(Progress::Style::bar, {}, kStart);
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
  EXPECT_EQ(bar(half_way(), 20), "45/91  2 failed");
  EXPECT_EQ(bar(half_way(), 12), "45/91");
  EXPECT_EQ(bar(half_way(), 4), "45/9");
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
  EXPECT_TRUE(text.starts_with("[===============] 91/91")) << text;
  const Look blocks{.redraws = true, .unicode = true};
  EXPECT_TRUE(bar(live, 40, blocks).starts_with("▕██████████▏ 91/91")) << bar(live, 40, blocks);
}

TEST(Progress, NothingIsDividedByZero) {
  LiveReport live;
  live.total = 0;
  EXPECT_NE(bar(live, 60).find("0/0  0.0/s  0 B  0 B/s"), std::string::npos) << bar(live, 60);
}

TEST(Progress, LinesComeAfterFiveSecondsAndThenEachMinute) {
  Progress progress(Progress::Style::plain, {}, kStart);
  EXPECT_EQ(progress.next(), kStart + 5s);
  EXPECT_FALSE(progress.due({}, kStart + 4999ms, 80));
  EXPECT_EQ(plain_text(*progress.due(half_way(), kStart + 5s, 0)),
            "45 of 91 done, 2 failed, 4.0 MiB, 11.2/s, 1.0 MiB/s, 4s left");
  EXPECT_FALSE(progress.due({}, kStart + 64s, 80));
  LiveReport later = waiting();
  later.total = std::nullopt;
  EXPECT_EQ(plain_text(*progress.due(later, kStart + 65s, 80)),
            "45 done, 2 failed, 4.0 MiB, 11.2/s, 1.0 MiB/s, waiting for 3 hosts (longest 1h12m)");
}

TEST(Progress, NoneSaysNothing) {
  Progress progress(Progress::Style::none, {}, kStart);
  EXPECT_EQ(progress.next(), std::nullopt);
  EXPECT_FALSE(progress.due({}, kStart + 1h, 80));
}

}  // namespace
}  // namespace fanfetch
