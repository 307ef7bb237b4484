#include "coordinator/measure/run_samples.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using namespace std::chrono_literals;

std::vector<int> seconds_of(const RunSamples& samples) {
  std::vector<int> all;
  for (const RunSample& one : samples.all()) all.push_back(static_cast<int>(one.at / 1s));
  return all;
}

/// What a run of that length has, if it is asked each second.
RunSamples of_run(std::chrono::seconds length, std::size_t most) {
  RunSamples samples(10s, most);
  for (auto at = 0s; at <= length; at += 1s) {
    if (samples.is_due(at))
      samples.add({.at = at, .files = static_cast<std::uint64_t>(at.count())});
  }
  return samples;
}

TEST(RunSamples, AreThinnedByHalf) {
  using Seconds = std::vector<int>;
  const struct {
    std::chrono::seconds length;
    Seconds at;
    std::chrono::seconds interval;
  } kCases[] = {
      {9s, {}, 10s},
      {10s, {10}, 10s},
      {39s, {10, 20, 30}, 10s},
      {40s, {20, 40}, 20s},  // full: halved
      {59s, {20, 40}, 20s},
      {60s, {20, 40, 60}, 20s},
      {80s, {40, 80}, 40s},
      {400s, {160, 320}, 160s},
  };
  for (const auto& one : kCases) {
    const RunSamples samples = of_run(one.length, 4);
    EXPECT_EQ(seconds_of(samples), one.at) << one.length.count();
    EXPECT_EQ(samples.interval(), one.interval) << one.length.count();
    for (const RunSample& sample : samples.all()) {
      EXPECT_EQ(sample.files, static_cast<std::uint64_t>(sample.at / 1s)) << "samples stay whole";
    }
  }
}

TEST(RunSamples, HaveTheirBoundsByDefault) {
  RunSamples samples;
  for (auto at = 0s; at <= 240h; at += 5s) {
    if (samples.is_due(at)) samples.add({.at = at});
  }
  EXPECT_LE(samples.all().size(), 2000u);
  EXPECT_GT(samples.all().size(), 1000u);
  EXPECT_EQ(samples.interval(), 640s);
  EXPECT_GT(samples.all().back().at, 239h);
}

TEST(RunSamples, ALateOneDoesNotMoveTheOthers) {
  RunSamples samples(10s, 100);
  samples.add({.at = 47s});
  EXPECT_FALSE(samples.is_due(49s));
  EXPECT_TRUE(samples.is_due(50s));
}

TEST(RunSamples, TheLastOneNeedNotBeDue) {
  RunSamples samples = of_run(25s, 4);
  samples.add({.at = 27s, .files = 1});
  samples.add({.at = 27s, .files = 2});
  EXPECT_EQ(seconds_of(samples), (std::vector<int>{10, 20, 27}));
  EXPECT_EQ(samples.all().back().files, 2u) << "no two of one moment";
}

}  // namespace
}  // namespace fanfetch
