#include "coordinator/fleet/fleet_partitions.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "common/sha256.h"

namespace fanfetch {
namespace {

/// Known values: nodes and drivers of different versions share a job.
TEST(FleetPartitions, APartitionNeverChanges) {
  for (const char* origin : {"https://example.org:443", "http://a.test:80", ""}) {
    const Sha256Digest digest = sha256(origin);
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits * 256 + digest[static_cast<std::size_t>(i)];
    EXPECT_EQ(partition_of(origin, 1024), bits % 1024);
    EXPECT_EQ(partition_of(origin, 7), bits % 7);
  }
  EXPECT_EQ(partition_of("", 1024), 0x14u);  // e3b0c442 98fc1c14
  EXPECT_EQ(partition_of("x", 1), 0u);
}

TEST(FleetPartitions, HostsSpread) {
  std::vector<int> hosts(64);
  for (int i = 0; i < 64 * 100; ++i) {
    ++hosts[partition_of("https://host" + std::to_string(i) + ".test:443", 64)];
  }
  for (const int count : hosts) EXPECT_NEAR(count, 100, 45);
}

TEST(FleetPartitions, TheSharesOfAllNodesAreAll) {
  for (const unsigned partitions : {1u, 2u, 7u, 1024u}) {
    for (const unsigned nodes : {1u, 2u, 3u, 7u, 10u, 1000u, 1024u, 3000u}) {
      unsigned sum = 0;
      for (unsigned rank = 0; rank < nodes; ++rank) {
        EXPECT_EQ(first_partition(rank, nodes, partitions), sum) << rank << " of " << nodes;
        const unsigned share = share_of_partitions(rank, nodes, partitions);
        EXPECT_GE(share, partitions / nodes);
        EXPECT_LE(share, partitions / nodes + 1);
        sum += share;
      }
      EXPECT_EQ(sum, partitions) << nodes;
    }
  }
}

TEST(FleetPartitions, ASpreadHostHasSoManyPartitions) {
  for (const unsigned partitions : {1u, 5u, 16u, 1024u}) {
    for (unsigned spread = 1; spread <= std::min(partitions, 40u); ++spread) {
      std::set<unsigned> all;
      for (unsigned piece = 0; piece < spread; ++piece) {
        const unsigned partition =
            spread_partition("https://cdn.test:443", {piece, spread}, partitions);
        EXPECT_LT(partition, partitions);
        all.insert(partition);
      }
      EXPECT_EQ(all.size(), spread) << partitions;
    }
  }
  EXPECT_EQ(spread_partition("https://cdn.test:443", {0, 9}, 1024),
            partition_of("https://cdn.test:443", 1024));
}

TEST(FleetPartitions, ALinkHasOnePiece) {
  LinkId id{};
  id[7] = 10;
  EXPECT_EQ(piece_of(id, 4), (HostPiece{2, 4}));
  id[15] = 99;  // not among the first 64 bits
  EXPECT_EQ(piece_of(id, 4), (HostPiece{2, 4}));
  EXPECT_EQ(piece_of(id, 1), HostPiece());
}

TEST(FleetPartitions, ALinkHasThePartitionOfItsPiece) {
  Link link{.url = *parse_url("https://cdn.test/a.jpg")};
  EXPECT_EQ(partition_of(link, 1024), partition_of("https://cdn.test:443", 1024));
  link.piece = {.number = 3, .count = 5};
  EXPECT_EQ(partition_of(link, 1024), spread_partition("https://cdn.test:443", {3, 5}, 1024));
  EXPECT_NE(partition_of(link, 1024), partition_of("https://cdn.test:443", 1024));
}

TEST(FleetPartitions, ALimitIsDividedWithoutARest) {
  for (const unsigned limit : {1u, 6u, 7u, 100u}) {
    for (unsigned spread = 1; spread <= limit + 2; ++spread) {
      unsigned sum = 0;
      for (unsigned piece = 0; piece < spread; ++piece) {
        EXPECT_GE(share_of_limit(limit, {piece, spread}), 1u);
        sum += share_of_limit(limit, {piece, spread});
      }
      EXPECT_EQ(sum, std::max(limit, spread)) << "each piece has one at least";
    }
  }
}

TEST(FleetPartitions, AHostHasNoMorePiecesThanItCanUse) {
  const struct {
    unsigned wanted, limit, pieces;
  } rows[] = {{8, 16, 8}, {8, 4, 4}, {8, 0, 1}, {1, 16, 1}, {9000, 9000, kMostPieces}};
  for (const auto& [wanted, limit, pieces] : rows) {
    EXPECT_EQ(pieces_of_host(wanted, limit), pieces) << wanted << " " << limit;
  }
}

TEST(FleetPartitions, TheRankOfANode) {
  const std::vector<std::string> nodes = {"a", "b", "b2", "c"};
  EXPECT_EQ(rank_of("a", nodes), 0u);
  EXPECT_EQ(rank_of("b2", nodes), 2u);
  EXPECT_EQ(rank_of("c", nodes), 3u);
  for (const char* none : {"", "aa", "d"}) EXPECT_EQ(rank_of(none, nodes), std::nullopt) << none;
  EXPECT_EQ(rank_of("a", {}), std::nullopt);
}

}  // namespace
}  // namespace fanfetch
