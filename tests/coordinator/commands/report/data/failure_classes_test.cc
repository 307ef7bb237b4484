#include "coordinator/commands/report/data/failure_classes.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <set>

namespace fanfetch {
namespace {

TEST(FailureClasses, TheMostFrequentComesFirstWithItsStatuses) {
  FailureClasses classes(5);
  classes.add({.error = "timeout", .url = "http://a/1", .message = "slow"});
  for (int i = 0; i < 3; ++i) classes.add({.error = "http_4xx", .http_status = 404});
  classes.add({.error = "http_4xx", .http_status = 410});
  classes.add({.error = "http_4xx", .http_status = 200});  // no reason for a failure
  const auto all = classes.take();
  ASSERT_EQ(2u, all.size());
  EXPECT_EQ("http_4xx", all[0].name);
  EXPECT_EQ(5u, all[0].count);
  EXPECT_TRUE(all[0].known);
  EXPECT_EQ((std::vector<std::pair<int, std::uint64_t>>{{404, 3}, {410, 1}}), all[0].statuses);
  EXPECT_EQ("timeout", all[1].name);
  ASSERT_EQ(1u, all[1].examples.size());
  EXPECT_EQ("slow", all[1].examples[0].message);
}

TEST(FailureClasses, ExamplesAreOfDifferentHostsWhereThereAreSeveral) {
  FailureClasses classes(3);
  for (int i = 0; i < 100; ++i) {
    const std::string url = fmt::format("http://many.test/{}", i);
    classes.add({.error = "dns", .url = url});
  }
  for (const char* url : {"http://b.test/", "http://c.test:81/", "http://d.test/"}) {
    classes.add({.error = "dns", .url = url});
  }
  const auto all = classes.take();
  std::set<std::string> hosts;
  for (const FailureExample& example : all[0].examples) hosts.insert(example.host);
  EXPECT_EQ((std::set<std::string>{"many.test", "b.test", "c.test:81"}), hosts);
  EXPECT_EQ(103u, all[0].count);
}

TEST(FailureClasses, OneHostMayHaveAllExamples) {
  FailureClasses classes(3);
  for (int i = 0; i < 100; ++i) classes.add({.error = "dns", .url = "http://many.test/"});
  EXPECT_EQ(3u, classes.take()[0].examples.size());
}

TEST(FailureClasses, AStrangersLedgerHasNoEndOfClasses) {
  FailureClasses classes(1);
  classes.add({});
  for (int i = 0; i < 1000; ++i) {
    const std::string name = fmt::format("class {}", i);
    classes.add({.error = name});
  }
  const auto all = classes.take();
  EXPECT_EQ(FailureClasses::kMostClasses, all.size());
  EXPECT_EQ(FailureClasses::kUnknown, all[0].name);
  EXPECT_FALSE(all[0].known);
  EXPECT_EQ(1001u - (FailureClasses::kMostClasses - 1), all[0].count);
}

}  // namespace
}  // namespace fanfetch
