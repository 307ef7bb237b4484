#include "coordinator/plan/seen_links.h"

#include <gtest/gtest.h>

#include <string>

namespace fanfetch {
namespace {

TEST(SeenLinks, RemembersTheFirstOfEach) {
  SeenLinks seen;
  EXPECT_EQ(seen.add(sha256("a"), 1), std::nullopt);
  EXPECT_EQ(seen.add(sha256("b"), 2), std::nullopt);
  EXPECT_EQ(seen.add(sha256("a"), 3), 1u);
  EXPECT_EQ(seen.add(sha256("a"), 4), 1u);
  EXPECT_EQ(seen.size(), 2u);
}

TEST(SeenLinks, FindsEachAfterGrowing) {
  constexpr std::uint64_t kLinks = 100'000;
  SeenLinks seen;
  for (std::uint64_t i = 1; i <= kLinks; ++i) {
    ASSERT_EQ(seen.add(sha256(std::to_string(i)), i), std::nullopt);
  }
  for (std::uint64_t i = 1; i <= kLinks; ++i) {
    ASSERT_EQ(seen.add(sha256(std::to_string(i)), i + kLinks), i);
  }
  EXPECT_EQ(seen.size(), kLinks);
}

TEST(SeenLinks, TellsApartHashesThatShareTheirPlace) {
  SeenLinks seen;
  for (std::uint8_t i = 0; i < 200; ++i) {  // the same low half: all probe the same places
    Sha256Digest hash{};
    hash[0] = i;
    hash[15] = 1;
    EXPECT_EQ(seen.add(hash, i), std::nullopt);
  }
  EXPECT_EQ(seen.size(), 200u);
}

TEST(SeenLinks, KnowsTheHashOfZeros) {
  SeenLinks seen;
  EXPECT_EQ(seen.add(Sha256Digest{}, 5), std::nullopt);
  EXPECT_EQ(seen.add(Sha256Digest{}, 6), 5u);
}

TEST(OpenTable, StaysWithinItsShareOfMemory) {
  struct Number {
    std::uint64_t value = 0;
    [[nodiscard]] bool is_free() const { return value == 0; }
    [[nodiscard]] std::uint64_t bits() const { return value * 0x9E3779B97F4A7C15u; }
    [[nodiscard]] bool is_same(const Number& other) const { return value == other.value; }
  };
  OpenTable<Number> table;
  for (std::uint64_t i = 1; i <= 10'000; ++i) {
    ASSERT_EQ(table.insert(Number{i}), nullptr);
    ASSERT_LE(table.size() * 4, table.capacity() * 3);
    ASSERT_TRUE(table.capacity() == 64 || table.size() * 8 > table.capacity() * 3);
  }
}

}  // namespace
}  // namespace fanfetch
