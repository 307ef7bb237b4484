#include "coordinator/report/host_tally.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using Counts = std::vector<std::pair<std::string, std::uint64_t>>;

TEST(HostTally, WorstFirst) {
  HostTally counts;
  for (const char* host : {"b", "a", "c", "c", "d"}) counts.add(host);
  EXPECT_EQ(counts.worst(3), (Counts{{"c", 2}, {"a", 1}, {"b", 1}}));
  EXPECT_EQ(counts.worst(9).size(), 4u);
  EXPECT_EQ(counts.uncounted(), 0u);
  EXPECT_TRUE(HostTally().worst(3).empty());
}

/// However many others there are, and in whatever order.
TEST(HostTally, TheWorstAreFoundInBoundedMemory) {
  HostTally counts;
  for (int i = 0; i < 100'000; ++i) {
    counts.add(fmt::format("{}.test", i));
    if (i % 20 == 0) counts.add("worst.test");
    if (i % 50 == 0) counts.add("second.test");
  }
  EXPECT_LE(counts.worst(1'000'000).size(), HostTally::kMostHosts);
  const Counts worst = counts.worst(2);
  EXPECT_EQ(worst[0].first, "worst.test");
  EXPECT_EQ(worst[1].first, "second.test");
  EXPECT_LE(worst[0].second, 5000u);
  EXPECT_GE(worst[0].second + counts.uncounted(), 5000u);
  EXPECT_LE(counts.uncounted(), 107'000 / HostTally::kMostHosts);
}

TEST(HostTally, LongNamesAreCut) {
  HostTally counts;
  counts.add(std::string(100'000, 'h'));
  EXPECT_EQ(counts.worst(1)[0].first.size(), HostTally::kMostNameBytes);
}

}  // namespace
}  // namespace fanfetch
