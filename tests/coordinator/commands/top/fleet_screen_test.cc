#include "coordinator/commands/top/fleet_screen.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fanfetch {
namespace {

std::string text_of(const TopLine& line) {
  std::string all;
  for (const TopSpan& span : line) all += span.text;
  return all;
}

FleetView fleet(std::size_t nodes) {
  FleetView view;
  view.job = "urls.txt";
  view.where = "/home/l\xc3\xa4\x1b";
  view.partitions = 1024;
  view.owned = 1000;
  view.backlog = 12'345;
  view.pending = 64;
  view.dead_letters = 1;
  for (std::size_t i = 0; i < nodes; ++i) {
    view.nodes.push_back({.name = fmt::format("node-{:03}", i),
                          .state = NodeState::running,
                          .version = "0.1.0",
                          .quiet = std::chrono::milliseconds(400),
                          .partitions = 7,
                          .links = 1234});
  }
  return view;
}

TEST(FleetScreen, ShowsNodesThatNeedALookFirst) {
  FleetView view = fleet(3);
  view.nodes[1].state = NodeState::silent;
  view.nodes[1].quiet = std::chrono::milliseconds(12'000);
  view.nodes[2].state = NodeState::gone;
  const auto screen = fleet_screen(view, {.rows = 16, .columns = 70});
  ASSERT_EQ(screen.size(), 16u);
  EXPECT_TRUE(text_of(screen[0]).starts_with(" fanfetch  job urls.txt: running  /home/l??\\x1b"));
  FleetView silent = view;
  silent.driver_quiet = std::chrono::minutes(3);
  const std::string first = text_of(fleet_screen(silent, {.rows = 10, .columns = 80})[0]);
  EXPECT_TRUE(
      first.starts_with(" fanfetch  job urls.txt: running, its driver silent for 3m00s  /h"))
      << first;
  EXPECT_EQ(text_of(screen[1]), " waiting 12,345  with nodes 64  results 0  dead letters 1");
  EXPECT_EQ(text_of(screen[2]), " 1,000 of 1,024 partitions are some node's");
  EXPECT_EQ(text_of(screen[4]),
            " NODES 3               partitions     links  state           version  ");
  EXPECT_EQ(text_of(screen[5]),
            " node-002                       7     1,234  gone            0.1.0    ");
  EXPECT_EQ(text_of(screen[6]),
            " node-001                       7     1,234  silent 12s      0.1.0    ");
  EXPECT_EQ(text_of(screen[7]),
            " node-000                       7     1,234  running         0.1.0    ");
  EXPECT_EQ(screen[5][0].style, TopStyle::bad);
  EXPECT_EQ(screen[6][0].style, TopStyle::warning);
  EXPECT_EQ(text_of(screen[15]), " q quit");
}

TEST(FleetScreen, SaysWhichHostsAreShared) {
  FleetView view = fleet(1);
  view.spread = {"cdn.test=8", "l\xc3\xa4\x1b=4"};
  EXPECT_EQ(text_of(fleet_lines(view, 9, 80).at(1)),
            " 1,000 of 1,024 partitions are some node's  shared: cdn.test=8, l??\\x1b=4");
}

TEST(FleetScreen, FitsAnyTerminal) {
  for (const std::size_t nodes : {0, 1, 5, 300}) {
    for (const std::size_t rows : {0, 1, 3, 6, 7, 24, 100}) {
      for (const std::size_t columns : {0, 1, 20, 60, 200}) {
        const auto screen = fleet_screen(fleet(nodes), {.rows = rows, .columns = columns});
        EXPECT_EQ(screen.size(), rows);
        for (const TopLine& line : screen) EXPECT_LE(width(line), columns);
      }
    }
  }
  const auto screen = fleet_screen(fleet(300), {.rows = 24, .columns = 80});
  EXPECT_EQ(text_of(screen[22]), " and 283 more");
}

}  // namespace
}  // namespace fanfetch
