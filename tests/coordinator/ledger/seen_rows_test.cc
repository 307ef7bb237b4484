#include "coordinator/ledger/seen_rows.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <limits>

#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

class SeenRowsTest : public ::testing::Test {
 protected:
  support::TempDir temp_;
  SeenRows seen_ = std::move(SeenRows::make(temp_.path()).value());
};

TEST_F(SeenRowsTest, KnowsWhereARowWasMetFirst) {
  EXPECT_EQ(seen_.add(1, 10), std::nullopt);
  EXPECT_EQ(seen_.add(2, 11), std::nullopt);
  EXPECT_EQ(seen_.add(1, 12), 10u);
  EXPECT_EQ(seen_.add(1, 13), 10u) << "the first place stays";
  EXPECT_EQ(seen_.add(2, 14), 11u);
  EXPECT_EQ(seen_.error(), 0);
}

TEST_F(SeenRowsTest, RowsComeInAnyOrder) {
  for (std::int64_t row : {100'000'000, 5, 99'999'999, 6, 0}) {
    EXPECT_EQ(seen_.add(row, static_cast<std::uint64_t>(row) + 1), std::nullopt) << row;
  }
  EXPECT_EQ(seen_.add(4, 1), std::nullopt) << "between others";
  EXPECT_EQ(seen_.add(7, 1ULL << 60), std::nullopt);
  for (std::int64_t row : {0, 5, 6, 99'999'999, 100'000'000}) {
    EXPECT_EQ(seen_.add(row, 77), static_cast<std::uint64_t>(row) + 1);
  }
  EXPECT_EQ(seen_.add(7, 77), 1ULL << 60);
}

/// What lies in memory of one part of the rows is not taken for another's.
TEST_F(SeenRowsTest, RowsFarApartShareNothing) {
  for (std::int64_t row = 3; row < 1 << 24; row += 1 << 20) {
    EXPECT_EQ(seen_.add(row, static_cast<std::uint64_t>(row)), std::nullopt) << row;
  }
  EXPECT_EQ(seen_.add(3, 77), 3u);
}

TEST_F(SeenRowsTest, ItsFileHasNoName) {
  EXPECT_EQ(seen_.add(1, 10), std::nullopt);
  EXPECT_TRUE(std::filesystem::is_empty(temp_.path()));
}

TEST_F(SeenRowsTest, TwoOfThemShareNothing) {
  auto other = SeenRows::make(temp_.path());
  ASSERT_TRUE(other);
  EXPECT_EQ(seen_.add(1, 10), std::nullopt);
  EXPECT_EQ(other->add(1, 20), std::nullopt);
}

TEST_F(SeenRowsTest, ErrorsStay) {
  // Where no file reaches.
  constexpr std::int64_t kTooFar = std::numeric_limits<std::int64_t>::max() / 8;
  EXPECT_EQ(seen_.add(kTooFar, 10), std::nullopt);
  EXPECT_NE(seen_.error(), 0);
  EXPECT_EQ(seen_.add(1, 10), std::nullopt);
  EXPECT_EQ(seen_.add(1, 11), std::nullopt) << "it does nothing from then on";
}

TEST_F(SeenRowsTest, AFolderThatMayNotBeWrittenIsAnError) {
  const AsNobody nobody({}, temp_.path());
  const auto seen = SeenRows::make(temp_.path());
  ASSERT_FALSE(seen);
  EXPECT_NE(seen.error().message.find(temp_.path().string()), std::string::npos);
}

}  // namespace
}  // namespace fanfetch
