#include "coordinator/plan/taken_names.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

TEST(TakenNames, GivesEachNameOnce) {
  TakenNames names;
  EXPECT_TRUE(names.take("a"));
  EXPECT_TRUE(names.take("b"));
  EXPECT_TRUE(names.take(""));
  EXPECT_FALSE(names.take("a"));
  EXPECT_FALSE(names.take(""));
  EXPECT_EQ(names.size(), 3u);
}

TEST(TakenNames, KnowsThemAllAfterGrowing) {
  TakenNames names;
  for (int i = 0; i < 100'000; ++i) ASSERT_TRUE(names.take(std::to_string(i) + ".jpg"));
  for (int i = 0; i < 100'000; ++i) ASSERT_FALSE(names.take(std::to_string(i) + ".jpg"));
}

}  // namespace
}  // namespace fanfetch
