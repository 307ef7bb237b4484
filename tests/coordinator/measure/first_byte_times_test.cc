#include "coordinator/measure/first_byte_times.h"

#include <gtest/gtest.h>

#include <vector>

namespace fanfetch {
namespace {

using Time = FirstByteTimes::Time;

FirstByteTimes of(const std::vector<int>& times) {
  FirstByteTimes all;
  for (const int time : times) all.add(Time(time));
  return all;
}

TEST(FirstByteTimes, BoundsBelongToTheBucketBelow) {
  const struct {
    int time;
    std::size_t bucket;
  } kCases[] = {{-7, 0},   {0, 0},     {1, 0},       {2, 1},       {3, 2},
                {5, 2},    {6, 3},     {10, 3},      {50, 5},      {51, 6},
                {1000, 9}, {1001, 10}, {30'000, 13}, {30'001, 14}, {2'000'000'000, 14}};
  for (const auto& one : kCases) {
    const auto times = of({one.time});
    EXPECT_EQ(times.in_bucket(one.bucket), 1u) << one.time;
    EXPECT_EQ(times.count(), 1u) << one.time;
    EXPECT_EQ(times.sum(), Time(std::max(one.time, 0)));
  }
}

TEST(FirstByteTimes, MedianIsInItsBucketInProportion) {
  const struct {
    std::vector<int> times;
    std::optional<Time> median;
  } kCases[] = {
      {{}, std::nullopt},
      {{100}, Time(75)},                        // half of the way from 50 to 100
      {{60, 60, 60, 60}, Time(75)},             //
      {{1, 60, 60, 60}, Time(67)},              // the second of four: a third of the way
      {{1, 1, 60}, Time(1)},                    // 0.75 ms, rounded
      {{15, 15, 15, 3000}, Time(17)},           // 10 + 10 * 2/3
      {{40'000, 50'000, 60'000}, Time(30'000)}  // all that is known
  };
  for (const auto& one : kCases) EXPECT_EQ(of(one.times).median(), one.median);
}

TEST(FirstByteTimes, AQuantileIsSoToo) {
  EXPECT_EQ(FirstByteTimes().quantile(0.95), std::nullopt);
  const auto times = of({1, 1, 1, 60});
  EXPECT_EQ(times.quantile(0.75), Time(1));
  EXPECT_EQ(times.quantile(0.95), Time(90));  // 50 + 50 * 0.8
  EXPECT_EQ(times.quantile(1), Time(100));
}

TEST(FirstByteTimes, AddsUp) {
  FirstByteTimes sum = of({3, 40});
  sum.add(of({4, 40'000}));
  EXPECT_EQ(sum, of({3, 4, 40, 40'000}));
}

TEST(FirstByteTimes, ABucketThatIsFullStaysSo) {
  const std::string full = "4294967295 4294967295";
  auto times = FirstByteTimes::read(full, Time(0));
  times.add(Time(0));
  times.add(FirstByteTimes::read(full, Time(0)));
  EXPECT_EQ(times.in_bucket(0), 4294967295u);
  EXPECT_EQ(times.count(), 2ULL * 4294967295u);
}

TEST(FirstByteTimes, ComesBackFromItsText) {
  const auto times = of({0, 3, 3, 700, 40'000});
  EXPECT_EQ(times.counts_text(), "1 0 2 0 0 0 0 0 0 1 0 0 0 0 1");
  EXPECT_EQ(FirstByteTimes::read(times.counts_text(), times.sum()), times);
  for (const char* text : {"", "x", "-1 2", "99999999999", "  "}) {
    EXPECT_EQ(FirstByteTimes::read(text, Time(-5)), FirstByteTimes()) << text;
  }
  EXPECT_EQ(FirstByteTimes::read("1 2 x 4", Time(0)).count(), 3u) << "what can be read";
}

}  // namespace
}  // namespace fanfetch
