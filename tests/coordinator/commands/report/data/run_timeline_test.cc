#include "coordinator/commands/report/data/run_timeline.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr WallTime kStart = WallTime(seconds(1'000'000));

TEST(RunTimeline, IsEmptyWithoutLinks) {
  EXPECT_TRUE(RunTimeline(kStart, kStart + seconds(60)).samples().empty());
}

TEST(RunTimeline, SumsUpWhatEndedWhen) {
  RunTimeline timeline(kStart, kStart + seconds(60));
  timeline.add_saved(kStart + milliseconds(500), 10);
  timeline.add_saved(kStart + milliseconds(1500), 20);
  timeline.add_failed(kStart + milliseconds(1500));
  const auto samples = timeline.samples();
  ASSERT_EQ(RunTimeline::kSteps, samples.size());
  EXPECT_EQ((RunSample{.at = seconds(1), .files = 1, .bytes = 10}), samples[0]);
  EXPECT_EQ((RunSample{.at = seconds(2), .files = 2, .bytes = 30, .failed = 1}), samples[1]);
  EXPECT_EQ((RunSample{.at = seconds(60), .files = 2, .bytes = 30, .failed = 1}), samples.back());
}

TEST(RunTimeline, TimesOutsideTheRunCountAsItsBeginOrEnd) {
  for (const auto took : {seconds(60), seconds(0), seconds(-5)}) {
    RunTimeline timeline(kStart, kStart + took);
    timeline.add_saved(WallTime(), 1);
    timeline.add_saved(kStart + std::chrono::hours(100'000), 2);
    const auto samples = timeline.samples();
    EXPECT_EQ(1u, samples.front().files);
    EXPECT_EQ(2u, samples.back().files);
    EXPECT_EQ(3u, samples.back().bytes);
  }
}

}  // namespace
}  // namespace fanfetch
