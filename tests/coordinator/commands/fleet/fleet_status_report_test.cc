#include "coordinator/commands/fleet/fleet_status_report.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

FleetView view() {
  FleetView view;
  view.job = "urls.txt";
  view.where = "here:/list\x1b";
  view.driver_quiet = milliseconds(400);
  view.partitions = 1024;
  view.owned = 1000;
  view.backlog = 12345;
  view.pending = 70;
  view.results = 3;
  view.nodes = {{.name = "one-1a2b",
                 .state = NodeState::running,
                 .version = "0.1.0",
                 .quiet = milliseconds(500),
                 .partitions = 1000,
                 .links = 64},
                {.name = "two",
                 .state = NodeState::silent,
                 .version = "",
                 .quiet = milliseconds(12'000),
                 .partitions = 0,
                 .links = 6}};
  view.spread = {"cdn.test=8", "\x1b=4"};
  return view;
}

TEST(FleetStatusReport, ForPeople) {
  EXPECT_EQ(fleet_status_text(view()),
            "Job urls.txt is running: its driver's folder is here:/list\\x1b\n"
            "\n"
            "  links that no node has  12,345\n"
            "  links with nodes            70\n"
            "  results for the driver       3\n"
            "  dead letters                 0\n"
            "\n"
            "  node      partitions  links  state, version\n"
            "  one-1a2b       1,000     64  running, 0.1.0\n"
            "  two                0      6  silent for 12s\n"
            "Shared by nodes: cdn.test=8, \\x1b=4\n"
            "24 of 1,024 partitions are no node's.\n");
}

TEST(FleetStatusReport, SaysThatTheDriverIsGone) {
  FleetView silent = view();
  silent.driver_quiet = std::chrono::hours(3);
  const auto first_line = [&] {
    const std::string text = fleet_status_text(silent);
    return text.substr(0, text.find('\n'));
  };
  EXPECT_EQ(first_line(),
            "Job urls.txt is running, and its driver is silent for 3h00m: the same command goes on "
            "with its folder, here:/list\\x1b");
  for (const auto state : {FleetJob::State::stopped, FleetJob::State::done}) {
    silent.state = state;
    EXPECT_EQ(
        first_line(),
        fmt::format("Job urls.txt is {}: its driver's folder is here:/list\\x1b", name(state)));
  }
}

TEST(FleetStatusReport, SaysWhatThereIsNot) {
  FleetView empty;
  empty.job = "urls.txt";
  empty.where = "/home/list";
  empty.partitions = 2;
  empty.dead_letters = 1;
  empty.state = FleetJob::State::done;
  EXPECT_EQ(fleet_status_text(empty),
            "Job urls.txt is done: its driver's folder is /home/list\n"
            "\n"
            "  links that no node has  0\n"
            "  links with nodes        0\n"
            "  results for the driver  0\n"
            "  dead letters            1\n"
            "\n"
            "No node is there.\n"
            "Dead letters were no links, or took each node down; to read them: redis-cli XRANGE "
            "'ff:{urls.txt}:dead' - +\n");
}

TEST(FleetStatusReport, OfADriverSaysHowOldItIs) {
  const std::string whole = fleet_status_text(view());
  const std::string rest = whole.substr(whole.find("  links that"));
  EXPECT_EQ(seen_fleet_text({.view = view(), .age = {}}),
            "The fleet's Redis has not answered yet.\n");
  EXPECT_EQ(seen_fleet_text({.view = view(), .age = milliseconds(2900)}), rest);
  EXPECT_EQ(seen_fleet_text({.view = view(), .age = milliseconds(65'000)}),
            "The fleet's Redis has not answered for 1m05s. Before that:\n" + rest);
}

TEST(FleetStatusReport, ForPrograms) {
  EXPECT_EQ(
      fleet_status_json(view()),
      R"({"schema":1,"job":"urls.txt","state":"running","where":"here:/list\u001B",)"
      R"("driver_quiet_ms":400,"partitions":1024,)"
      R"("owned":1000,"backlog":12345,"pending":70,"results":3,"dead_letters":0,"nodes":[)"
      R"({"name":"one-1a2b","state":"running","version":"0.1.0","quiet_ms":500,"partitions":1000,)"
      R"("links":64},{"name":"two","state":"silent","version":null,"quiet_ms":12000,)"
      R"("partitions":0,"links":6}],"spread":["cdn.test=8","\u001B=4"]})"
      "\n");
}

}  // namespace
}  // namespace fanfetch
