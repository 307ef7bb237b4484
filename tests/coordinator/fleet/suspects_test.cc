#include "coordinator/fleet/suspects.h"

#include <gtest/gtest.h>

#include <map>

namespace fanfetch {
namespace {

using Entries = std::vector<std::string>;

TEST(CompanyTest, ShrinksWithEachNodeThatIsGone) {
  const struct {
    unsigned gone;
    std::size_t company;
  } rows[] = {
      {0, std::numeric_limits<std::size_t>::max()},
      {1, std::numeric_limits<std::size_t>::max()},
      {2, 64},
      {3, 1},
      {4, 1},
      {5, 0},
      {6, 0},
      {1000, 0},
  };
  for (const auto& [gone, company] : rows) {
    EXPECT_EQ(company, company_of(gone)) << gone;
  }
}

class SuspectsTest : public ::testing::Test {
 protected:
  void add(const std::string& entry, unsigned gone, unsigned partition = 7) {
    suspects_.add(partition, {.entry = entry, .gone = gone});
  }
  std::optional<Suspects::Turn> turn() {
    return suspects_.next([this](unsigned partition) { return held_[partition]; });
  }
  Entries next() {
    const auto now = turn();
    return now ? now->entries : Entries{"nothing yet"};
  }
  const Entries kNotYet{"nothing yet"}, kOver;

  Suspects suspects_;
  std::map<unsigned, std::size_t> held_;
};

TEST_F(SuspectsTest, AreTriedWhenNothingElseOfTheirPartitionIs) {
  EXPECT_EQ(kNotYet, next());
  add("1-0", 3);
  held_[7] = 1;
  EXPECT_EQ(kNotYet, next()) << "another one is under way";
  EXPECT_TRUE(suspects_.has_turn(7)) << "so nothing else is to be";
  held_[7] = 0;
  EXPECT_EQ(Entries{"1-0"}, next());
  EXPECT_EQ(kNotYet, next()) << "it is on its way";
  suspects_.on_got(7);
  held_[7] = 1;
  EXPECT_EQ(kNotYet, next()) << "it is being tried";
  EXPECT_TRUE(suspects_.has_turn(7));
  held_[7] = 0;
  EXPECT_EQ(kOver, next());
  EXPECT_FALSE(suspects_.has_turn(7));
  EXPECT_EQ(kNotYet, next()) << "once";
}

TEST_F(SuspectsTest, AreTriedTogetherAsLongAsTheyMayBe) {
  for (int n = 0; n < 65; ++n) add("2-" + std::to_string(n), 2);
  add("3-0", 4);
  add("3-1", 3);
  add("4-0", 2);
  add("5-0", 5);
  EXPECT_EQ(64u, next().size());
  const Entries then[] = {{"2-64"}, {"3-0"}, {"3-1"}, {"4-0"}, {"5-0"}, {}};
  for (const Entries& entries : then) {
    suspects_.on_got(7);
    EXPECT_EQ(entries, next());
  }
}

/// Where each partition had one under way, they would all be blamed for one of them.
TEST_F(SuspectsTest, AreTriedInOnePartitionAtATime) {
  add("1-0", 3, 1);
  add("2-0", 3, 2);
  add("2-1", 3, 2);
  held_[1] = 9;
  EXPECT_EQ(2u, turn()->partition) << "there it can begin soonest";
  suspects_.on_got(2);
  held_[1] = 0;
  held_[2] = 1;
  EXPECT_EQ(kNotYet, next());
  EXPECT_FALSE(suspects_.has_turn(1)) << "others of it may come meanwhile";
  held_[2] = 0;
  EXPECT_EQ(Entries{"2-1"}, next());
  suspects_.on_got(2);
  EXPECT_EQ(kOver, next());
  EXPECT_EQ(Entries{"1-0"}, next());
}

TEST_F(SuspectsTest, AreForgottenWithTheirPartition) {
  add("1-0", 2);
  EXPECT_EQ(Entries{"1-0"}, next());
  suspects_.forget(7);
  EXPECT_FALSE(suspects_.has_turn(7));
  suspects_.on_got(7);  // the answer of before
  EXPECT_EQ(kNotYet, next());
  add("1-0", 2);
  EXPECT_EQ(Entries{"1-0"}, next());
  add("8-0", 2, 8);
  suspects_.forget(8);  // another one's turn goes on
  EXPECT_EQ(kNotYet, next());
  suspects_.on_got(7);
  EXPECT_EQ(kOver, next());
}

}  // namespace
}  // namespace fanfetch
