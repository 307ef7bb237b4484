#include "coordinator/pool/run_size.h"

#include <gtest/gtest.h>

#include <limits>

namespace fanfetch {
namespace {

TEST(RunSizeTest, FitsTheDescriptorsOfEachProcess) {
  struct Row {
    std::uint64_t limit;
    RunSize wanted, fits;
  };
  for (const Row& row :
       {Row{1024, {2, 64}, {2, 64}}, Row{1024, {2, 4096}, {2, 672}}, Row{256, {2, 64}, {2, 64}},
        Row{64, {2, 64}, {2, 32}}, Row{64, {16, 64}, {4, 64}}, Row{64, {1, 4}, {1, 4}},
        Row{50, {2, 64}, {1, 12}}, Row{50, {2, 2}, {1, 2}},
        Row{std::numeric_limits<std::uint64_t>::max(), {256, 4096}, {256, 4096}}}) {
    const auto size = fit_descriptors(row.wanted, row.limit);
    ASSERT_TRUE(size) << row.limit;
    EXPECT_EQ(*size, row.fits) << row.limit << ": " << size->workers << ", " << size->jobs;
  }
}

TEST(RunSizeTest, SaysWhenNothingFits) {
  for (const std::uint64_t limit : {0, 1, 10, 36}) {
    EXPECT_FALSE(fit_descriptors({1, 1}, limit)) << limit;
  }
  EXPECT_FALSE(fit_descriptors({2, 64}, least_descriptors() - 1));
  const auto size = fit_descriptors({2, 64}, least_descriptors());
  ASSERT_TRUE(size);
  EXPECT_EQ(1u, size->workers);
  EXPECT_LE(1u, size->jobs);
}

}  // namespace
}  // namespace fanfetch
