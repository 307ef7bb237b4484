#include "coordinator/fleet/big_partitions.h"

#include <gtest/gtest.h>

#include <optional>
#include <vector>

namespace fanfetch {
namespace {

using std::chrono::seconds;
using Loads = std::vector<FleetWindow::Load>;

constexpr seconds kLasts{300};

class BigPartitionsTest : public testing::Test {
 protected:
  /// Looks once a second, for so long, at the same.
  void look(seconds length, std::uint64_t nodes, const Loads& full, std::uint64_t all) {
    for (const Instant end = now_ + length; now_ < end;) {
      now_ += seconds(1);
      big_.on_look(nodes, full, all, now_);
    }
  }
  [[nodiscard]] std::optional<unsigned> due() const { return big_.due(now_); }

  Instant now_{std::chrono::hours(1)};
  BigPartitions big_{kLasts};
};

TEST(BigPartitions, MoreThanAShare) {
  const struct {
    std::uint64_t links, all, nodes;
    bool is_more;
  } rows[] = {{51, 100, 2, true},   {50, 100, 2, false},  {3, 5, 2, true},
              {2, 5, 2, false},     {34, 100, 3, true},   {33, 100, 3, false},
              {11, 100, 10, true},  {10, 100, 10, false}, {100, 100, 1, false},
              {100, 100, 0, false}, {0, 0, 2, false},     {~0ull, ~0ull, 2, true}};
  for (const auto& [links, all, nodes, is_more] : rows) {
    EXPECT_EQ(BigPartitions::is_more_than_share(links, all, nodes), is_more)
        << links << " of " << all << " for " << nodes;
  }
}

TEST_F(BigPartitionsTest, OneIsDueWhenItHasLasted) {
  look(seconds(300), 2, {{7, 60}}, 100);
  EXPECT_FALSE(due()) << "since the first look";
  look(seconds(1), 2, {{7, 60}}, 100);
  EXPECT_EQ(due(), 7u);
}

TEST_F(BigPartitionsTest, WhatIsSmallOrSoonDoneOrAloneIsNot) {
  look(seconds(400), 2, {{7, 50}, {8, 40}}, 100);
  EXPECT_FALSE(due()) << "each node has its share";
  look(seconds(400), 2, {}, 100);
  EXPECT_FALSE(due()) << "nothing is parked";
  look(seconds(400), 1, {{7, 100}}, 100);
  EXPECT_FALSE(due()) << "nobody is there to share with";
}

TEST_F(BigPartitionsTest, ABreakBeginsItAgain) {
  struct Row {
    const char* what;
    std::uint64_t nodes;
    Loads full;
  };
  for (const Row& row : {Row{"it was small", 2, {{7, 10}}}, Row{"nothing was parked", 2, {}},
                         Row{"a node was alone", 1, {{7, 60}}}}) {
    look(seconds(299), 2, {{7, 60}}, 100);
    look(seconds(1), row.nodes, row.full, 100);
    look(seconds(300), 2, {{7, 60}}, 100);
    EXPECT_FALSE(due()) << row.what;
    look(seconds(1), 2, {{7, 60}}, 100);
    EXPECT_EQ(due(), 7u) << row.what;
    big_.forget_all();
  }
}

TEST_F(BigPartitionsTest, NothingIsKnownOfATimeWithoutLooks) {
  look(seconds(200), 2, {{7, 60}}, 100);
  now_ += seconds(200);
  look(seconds(100), 2, {{7, 60}}, 100);
  EXPECT_FALSE(due());
  now_ += seconds(8);  // one look was late
  look(seconds(193), 2, {{7, 60}}, 100);
  EXPECT_EQ(due(), 7u);
}

TEST_F(BigPartitionsTest, TheOneThatHasLastedLongestIsFirst) {
  look(seconds(100), 3, {{9, 40}}, 100);
  look(seconds(301), 3, {{3, 50}, {9, 40}}, 100);
  EXPECT_EQ(due(), 9u);
  big_.forget(9);
  EXPECT_EQ(due(), 3u);
  look(seconds(1), 3, {{3, 50}, {9, 40}}, 100);
  big_.forget(3);
  EXPECT_FALSE(due()) << "both count from now on";
  look(seconds(301), 3, {{3, 50}, {9, 40}}, 100);
  EXPECT_TRUE(due());
}

/// What was in its way may be gone.
TEST_F(BigPartitionsTest, WhatCannotBeSpreadIsAskedAboutLater) {
  look(seconds(301), 2, {{7, 60}}, 100);
  big_.forget(7);
  look(seconds(299), 2, {{7, 60}}, 100);
  EXPECT_FALSE(due());
  look(seconds(2), 2, {{7, 60}}, 100);
  EXPECT_EQ(due(), 7u);
  big_.forget(8);  // unknown
}

}  // namespace
}  // namespace fanfetch
