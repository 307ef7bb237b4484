#include "coordinator/fleet/early_results.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace fanfetch {
namespace {

LinkId early_id(std::uint8_t number) { return {number}; }

TEST(EarlyResultsTest, AResultWaitsForItsLinkOrForTheEndOfTheList) {
  EarlyResults early;
  EXPECT_TRUE(early.add(early_id(1), {.entry = "1-0", .fields = "one"}));
  EXPECT_TRUE(early.add(early_id(1), {.entry = "1-0", .fields = "one"})) << "read again";
  EXPECT_FALSE(early.add(early_id(1), {.entry = "1-1", .fields = "uno"})) << "reported twice";
  EXPECT_TRUE(early.add(early_id(2), {.entry = "2-0", .fields = "two"}));
  EXPECT_TRUE(early.add(early_id(3), {.entry = "3-0", .fields = "three"}));
  EXPECT_EQ(early.size(), 3u);
  const auto one = early.take(early_id(1));
  ASSERT_TRUE(one);
  EXPECT_EQ(one->entry, "1-0");
  EXPECT_EQ(one->fields, "one");
  EXPECT_FALSE(early.take(early_id(1)));
  auto rest = early.take_rest();
  std::ranges::sort(rest);
  EXPECT_EQ(rest, (std::vector<std::string>{"2-0", "3-0"}));
  EXPECT_EQ(early.size(), 0u);
}

TEST(EarlyResultsTest, ThereIsAnEndToThem) {
  EarlyResults early;
  for (std::size_t n = 0; n < EarlyResults::kMost; ++n) {
    const LinkId link{static_cast<std::uint8_t>(n), static_cast<std::uint8_t>(n >> 8),
                      static_cast<std::uint8_t>(n >> 16)};
    ASSERT_TRUE(early.add(link, {.entry = "1-0", .fields = ""}));
  }
  EXPECT_FALSE(early.add({0, 0, 0, 1}, {.entry = "1-0", .fields = ""}));
  EXPECT_TRUE(early.add(early_id(0), {.entry = "1-0", .fields = ""})) << "it is there already";
}

}  // namespace
}  // namespace fanfetch
