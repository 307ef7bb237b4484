#include "coordinator/names/links_in_flight.h"

#include <gtest/gtest.h>

#include <thread>

#include "coordinator/names/name_claims.h"

namespace fanfetch {
namespace {

LinkId link(unsigned number) { return link_id(sha256(std::to_string(number))); }

class LinksInFlightTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::optional<std::uint64_t> find(unsigned number) {
    return links_.find(link(number), generation_);
  }

  LinksInFlight links_;
  std::uint64_t generation_ = 0;
};

TEST_F(LinksInFlightTest, KnowsWhereALinkStandsUntilItIsSettled) {
  EXPECT_EQ(find(1), std::nullopt);
  links_.add(link(1), 10);
  links_.add(link(1), 11);
  EXPECT_EQ(find(1), 10u) << "the first one's index";
  EXPECT_EQ(find(2), std::nullopt);
  EXPECT_TRUE(links_.settled(link(1)));
  EXPECT_EQ(find(1), std::nullopt);
  EXPECT_FALSE(links_.settled(link(1))) << "it is in flight no more";
}

TEST_F(LinksInFlightTest, EverySettlementIsANewGeneration) {
  (void)find(1);
  const auto first = generation_;
  links_.add(link(1), 10);
  (void)find(1);
  EXPECT_EQ(generation_, first);
  links_.settled(link(1));
  (void)find(1);
  EXPECT_NE(generation_, first);
  EXPECT_EQ(generation_, links_.generation());
  const auto second = generation_;
  links_.settled(link(9));
  (void)find(1);
  EXPECT_NE(generation_, second) << "its row is new, too";
}

/// The reader plans while the ledger settles. Where a name is free again, the generation shows that
/// its link was settled.
TEST_F(LinksInFlightTest, TwoThreadsShareIt) {
  constexpr unsigned kLinks = 5000;
  NameClaims names(-1);
  std::thread ledger([&] {
    std::uint64_t generation = 0;
    for (unsigned i = 0; i < kLinks; ++i) {
      while (!links_.find(link(i), generation)) std::this_thread::yield();
      if (links_.settled(link(i))) names.release(i, i);
    }
  });
  for (unsigned i = 0; i < kLinks; ++i) {
    EXPECT_TRUE(names.claim_existing(i, [](std::uint64_t) { return false; }));
    links_.add(link(i), i + 1);
    if (i % 100 != 0) continue;
    std::uint64_t seen = 0;
    const auto look = [&](std::uint64_t) {
      seen = links_.generation();
      return false;
    };
    while (!names.claim_existing(i, look)) std::this_thread::yield();
    EXPECT_GT(seen, i);
    names.release(i);
  }
  ledger.join();
  (void)find(1);
  EXPECT_EQ(generation_, kLinks);
  EXPECT_TRUE(names.claim_existing(kLinks - 1, [](std::uint64_t) { return false; }));
}

}  // namespace
}  // namespace fanfetch
