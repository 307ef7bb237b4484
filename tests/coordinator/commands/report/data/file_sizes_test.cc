#include "coordinator/commands/report/data/file_sizes.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace fanfetch {
namespace {

TEST(FileSizes, EachSizeHasItsBucket) {
  struct Case {
    std::uint64_t bytes;
    std::size_t bucket;
  };
  for (const Case& one : {Case{0, 0}, Case{1, 1}, Case{2, 2}, Case{3, 2}, Case{1023, 10},
                          Case{1024, 11}, Case{std::numeric_limits<std::uint64_t>::max(), 64}}) {
    FileSizes sizes;
    sizes.add(one.bytes);
    EXPECT_EQ(1u, sizes.in_bucket(one.bucket)) << one.bytes;
    EXPECT_EQ(one.bytes, sizes.biggest());
  }
}

TEST(FileSizes, TheMedianIsExactToTheBucketAndNeverMoreThanTheBiggest) {
  FileSizes sizes;
  EXPECT_EQ(0u, sizes.median());
  sizes.add(0);
  EXPECT_EQ(0u, sizes.median());
  for (int i = 0; i < 10; ++i) sizes.add(1500);
  EXPECT_GE(sizes.median(), 1024u);
  EXPECT_LE(sizes.median(), 1500u);
  for (int i = 0; i < 100; ++i) sizes.add(100'000);
  EXPECT_GE(sizes.median(), 65'536u);
  EXPECT_LE(sizes.median(), 100'000u);
  EXPECT_EQ(111u, sizes.count());
}

}  // namespace
}  // namespace fanfetch
