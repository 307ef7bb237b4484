#include "coordinator/link/bloom_filter.h"

#include <gtest/gtest.h>

#include <random>

namespace fanfetch {
namespace {

TEST(BloomFilter, KnowsEachMember) {
  BloomFilter filter;
  std::mt19937_64 keys(1);
  for (int i = 0; i < 10'000; ++i) (void)filter.add(keys());
  keys.seed(1);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(filter.add(keys()));
}

TEST(BloomFilter, TakesFewOthersForMembers) {
  BloomFilter filter;
  std::mt19937_64 keys(1);
  std::size_t mistaken = 0;
  constexpr int kMore = 6000;
  const std::size_t nearly = BloomFilter::kMost - kMore;
  for (std::size_t i = 0; i < nearly; ++i) mistaken += filter.add(keys()) ? 1 : 0;
  EXPECT_LT(mistaken, BloomFilter::kMost / 100) << "while it fills";
  mistaken = 0;
  for (int i = 0; i < kMore; ++i) mistaken += filter.add(keys()) ? 1 : 0;
  EXPECT_LT(mistaken, 100u) << "when it is nearly full";
}

TEST(BloomFilter, TakesAllForMembersWhenItIsFull) {
  BloomFilter filter;
  std::mt19937_64 keys(1);
  for (std::size_t i = 0; i < 2 * BloomFilter::kMost; ++i) (void)filter.add(keys());
  for (int i = 0; i < 1000; ++i) ASSERT_TRUE(filter.add(keys()));
}

}  // namespace
}  // namespace fanfetch
