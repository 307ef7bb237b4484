#include "coordinator/fleet/held_links.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

LinkId id(std::uint8_t number) { return {number}; }

TEST(HeldLinksTest, ALinkIsHeldUntilItHasItsResult) {
  HeldLinks held(4);
  EXPECT_TRUE(held.add(id(1), {.partition = 2, .entry = "5-0", .index = 7, .take = 3}).is_new);
  EXPECT_EQ(held.take_of(id(1)), 3u);
  EXPECT_FALSE(held.add(id(1), {.partition = 2, .entry = "5-0", .index = 7, .take = 4}).is_new);
  EXPECT_EQ(held.take_of(id(1)), 4u) << "delivered anew";
  EXPECT_EQ(held.take_of(id(2)), std::nullopt);
  const auto place = held.take(id(1));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->partition, 2u);
  EXPECT_EQ(place->entry, "5-0");
  EXPECT_EQ(place->index, 7u);
  EXPECT_FALSE(held.take(id(1)));
  EXPECT_EQ(held.size(), 0u);
}

TEST(HeldLinksTest, CountsWhatIsSettling) {
  HeldLinks held(4);
  held.on_settling(id(1));
  EXPECT_EQ(held.settling(2), 0u) << "it is not held";
  (void)held.add(id(1), {.partition = 2, .entry = "5-0"});
  (void)held.add(id(2), {.partition = 2, .entry = "6-0"});
  EXPECT_EQ(held.settling(2), 0u);
  for (const LinkId& one : {id(1), id(1), id(2)}) held.on_settling(one);
  EXPECT_EQ(held.settling(2), 2u);
  EXPECT_EQ(held.settling(1), 0u);
  (void)held.add(id(1), {.partition = 2, .entry = "7-0"});
  EXPECT_EQ(held.settling(2), 2u) << "that it was delivered anew changes nothing";
  (void)held.take(id(1));
  EXPECT_EQ(held.settling(2), 1u);
  (void)held.add(id(1), {.partition = 2, .entry = "8-0"});
  EXPECT_EQ(held.settling(2), 1u) << "it is another time";
  (void)held.add(id(2), {.partition = 3, .entry = "9-0"});
  EXPECT_EQ(held.settling(2), 0u) << "its host is spread otherwise";
  EXPECT_EQ(held.settling(3), 1u);
  (void)held.take(id(2));
  EXPECT_EQ(held.settling(3), 0u);
  held.on_settling(id(1));
  held.forget_settling();
  EXPECT_EQ(held.settling(2), 0u);
  EXPECT_EQ(held.count(2), 1u);
  (void)held.take(id(1));
  EXPECT_EQ(held.settling(2), 0u);
}

TEST(HeldLinksTest, KnowsThoseOfAPartition) {
  HeldLinks held(4);
  (void)held.add(id(1), {.partition = 2, .entry = "5-0"});
  (void)held.add(id(2), {.partition = 3, .entry = "6-0"});
  (void)held.add(id(1), {.partition = 2, .entry = "7-0"});
  EXPECT_EQ(held.entries_of(2), std::vector<std::string>{"7-0"});
  EXPECT_TRUE(held.entries_of(0).empty());
  (void)held.take(id(1));
  EXPECT_TRUE(held.entries_of(2).empty());
}

TEST(HeldLinksTest, TheNewerEntryOfALinkCounts) {
  HeldLinks held(4);
  (void)held.add(id(1), {.partition = 2, .entry = "5-0", .index = 7});
  const auto same = held.add(id(1), {.partition = 2, .entry = "5-0", .index = 7});
  EXPECT_FALSE(same.is_new);
  EXPECT_EQ(same.outdated, "") << "delivered once more";
  const auto newer = held.add(id(1), {.partition = 2, .entry = "9-0", .index = 8});
  EXPECT_FALSE(newer.is_new);
  EXPECT_EQ(newer.outdated, "5-0");
  const auto older = held.add(id(1), {.partition = 2, .entry = "5-0", .index = 7});
  EXPECT_EQ(older.outdated, "5-0") << "delivered once more, and no more than before";
  EXPECT_EQ(held.add(id(1), {.partition = 2, .entry = "9-0", .index = 8}).outdated, "");
  for (const char* entry : {"9-2", "9-10", "10-0", "100-0"}) {
    EXPECT_NE(held.add(id(1), {.partition = 2, .entry = entry, .index = 8}).outdated, entry);
  }
  const auto place = held.take(id(1));
  ASSERT_TRUE(place);
  EXPECT_EQ(place->entry, "100-0");
  EXPECT_EQ(place->index, 8u);
}

TEST(HeldLinksTest, RoomIsThatOfAPartitionAndOfAll) {
  HeldLinks held(3, {.all = 3, .each = 2});
  for (std::uint8_t number = 1; number <= 2; ++number) {
    (void)held.add(id(number), {.partition = 0, .entry = "1-0"});
  }
  EXPECT_EQ(held.room(0), 0u);
  EXPECT_EQ(held.room(1), 2u);
  EXPECT_EQ(held.room(), 1u);
  (void)held.add(id(3), {.partition = 1, .entry = "1-0"});
  (void)held.add(id(4), {.partition = 0, .entry = "1-0"});  // an answer may bring more
  EXPECT_EQ(held.room(), 0u);
  EXPECT_EQ(held.room(0), 0u);
  (void)held.take(id(1));
  (void)held.take(id(2));
  EXPECT_EQ(held.room(0), 1u);
  EXPECT_EQ(held.room(), 1u);
}

}  // namespace
}  // namespace fanfetch
