#include "coordinator/commands/report/page_numbers.h"

#include <gtest/gtest.h>

#include <limits>

namespace fanfetch {
namespace {

using std::chrono::seconds;

TEST(PageNumbers, AxesEndAtRoundNumbers) {
  struct Case {
    double most, end;
  };
  for (const Case& one :
       {Case{0, 1}, Case{-1, 1}, Case{1, 1}, Case{3, 5}, Case{7, 10}, Case{1000, 1024},
        Case{1024, 1024}, Case{1500, 2048}, Case{3.2 * 1024 * 1024, 5.0 * 1024 * 1024},
        Case{700.0 * 1024, 1024.0 * 1024}}) {
    EXPECT_DOUBLE_EQ(one.end, round_bytes_end(one.most)) << one.most;
  }
}

TEST(PageNumbers, AnAxisOfCountsHasAWholeNumberInItsMiddle) {
  struct Case {
    std::uint64_t most, end;
  };
  for (const Case& one : {Case{0, 2}, Case{1, 2}, Case{2, 2}, Case{3, 4}, Case{5, 10}, Case{11, 20},
                          Case{21, 40}, Case{41, 100}, Case{100, 100}, Case{1234, 2000}}) {
    EXPECT_EQ(one.end, round_count_end(one.most)) << one.most;
  }
  constexpr auto kAll = std::numeric_limits<std::uint64_t>::max();
  EXPECT_EQ(kAll, round_count_end(kAll));
}

TEST(PageNumbers, StepsAreAllOfTheSamples) {
  std::vector<RunSample> samples;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    samples.push_back({.at = seconds(10 * i), .files = i, .bytes = 100 * i, .failed = i / 2});
  }
  for (const std::size_t most : {std::size_t{1}, std::size_t{7}, std::size_t{120}}) {
    const auto steps = steps_of(samples, most);
    ASSERT_LE(steps.size(), most);
    RunStep sum;
    for (const RunStep& step : steps) {
      EXPECT_EQ(sum.end, step.begin);
      EXPECT_DOUBLE_EQ(10, step.bytes_per_second());
      sum.end = step.end;
      sum.files += step.files;
      sum.bytes += step.bytes;
      sum.failed += step.failed;
    }
    EXPECT_EQ(10'000, sum.end);
    EXPECT_EQ(1000u, sum.files);
    EXPECT_EQ(100'000u, sum.bytes);
    EXPECT_EQ(500u, sum.failed);
  }
  EXPECT_TRUE(steps_of({}, 10).empty());
}

TEST(PageNumbers, ADamagedLedgersSamplesMayGoBack) {
  const auto steps = steps_of({{.at = seconds(10), .files = 5},
                               {.at = seconds(5), .files = 9},
                               {.at = seconds(20), .files = 3}},
                              10);
  ASSERT_EQ(2u, steps.size());
  EXPECT_EQ(0u, steps[1].files);
}

TEST(PageNumbers, ShortTimesAreInMilliseconds) {
  EXPECT_EQ("304 ms", short_time(std::chrono::milliseconds(304)));
  EXPECT_EQ("1.5 s", short_time(std::chrono::milliseconds(1500)));
}

TEST(PageNumbers, AShareIsNotNoneOfSomeNorAllOfSome) {
  struct Case {
    std::uint64_t part, whole;
    const char* text;
  };
  for (const Case& one : {Case{0, 0, "0 %"}, Case{0, 9, "0 %"}, Case{1, 1'000'000, "under 0.1 %"},
                          Case{1, 250, "0.4 %"}, Case{1, 3, "33 %"},
                          Case{999'999, 1'000'000, "over 99.9 %"}, Case{3, 3, "100 %"}}) {
    EXPECT_EQ(one.text, share_text(one.part, one.whole));
  }
  EXPECT_EQ("1 file", plural(1, "file"));
  EXPECT_EQ("1,234 files", plural(1234, "file"));
}

TEST(PageNumbers, PositionsStayInside) {
  EXPECT_EQ("0", percent(0));
  EXPECT_EQ("0", percent(-1));
  EXPECT_EQ("0", percent(std::numeric_limits<double>::quiet_NaN()));
  EXPECT_EQ("12.5%", percent(0.125));
  EXPECT_EQ("33.333%", percent(1.0 / 3));
  EXPECT_EQ("100%", percent(2));
}

}  // namespace
}  // namespace fanfetch
