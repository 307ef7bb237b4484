#include "coordinator/commands/report/data/node_table.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

TEST(NodeTable, CountsByNode) {
  NodeTable table;
  table.add("", true, 7);
  table.add("b", true, 10);
  table.add("a", false, 99);
  table.add("c", true, 1);
  table.add("b", false, 0);
  std::uint64_t more = 7;
  const auto nodes = table.take(2, more);
  ASSERT_EQ(2u, nodes.size());
  EXPECT_EQ("b", nodes[0].name);
  EXPECT_EQ(1u, nodes[0].files);
  EXPECT_EQ(10u, nodes[0].bytes);
  EXPECT_EQ(1u, nodes[0].failed);
  EXPECT_EQ("a", nodes[1].name);
  EXPECT_EQ(0u, nodes[1].bytes) << "of saved files";
  EXPECT_EQ(1u, more);
  EXPECT_TRUE(NodeTable().take(5, more).empty());
  EXPECT_EQ(0u, more);
}

TEST(NodeTable, IsBounded) {
  NodeTable table;
  for (std::size_t i = 0; i < NodeTable::kMost + 5; ++i) table.add(std::to_string(i), true, 1);
  table.add("0", true, 1);
  std::uint64_t more = 0;
  EXPECT_EQ(2u, table.take(1, more).at(0).files);
  EXPECT_EQ(NodeTable::kMost - 1, more);
}

}  // namespace
}  // namespace fanfetch
