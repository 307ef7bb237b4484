#include "coordinator/control/fleet_json.h"

#include <gtest/gtest.h>

namespace fanfetch {
namespace {

using std::chrono::milliseconds;

SeenFleet two_nodes() {
  SeenFleet fleet{.view = {.job = "urls.txt",
                           .state = FleetJob::State::paused,
                           .where = "/home/list",
                           .driver_quiet = milliseconds(12'000),
                           .partitions = 32,
                           .owned = 31,
                           .backlog = 5,
                           .pending = 6,
                           .results = 7,
                           .dead_letters = 8,
                           .nodes = {},
                           .spread = {"cdn.test=8"}},
                  .age = milliseconds(900)};
  fleet.view.nodes = {{.name = "one",
                       .state = NodeState::silent,
                       .version = "0.1.0",
                       .quiet = milliseconds(6000),
                       .partitions = 31,
                       .links = 6},
                      {.name = "two"}};
  return fleet;
}

/// As a run's answer has it.
std::string answer_with(const SeenFleet& fleet) {
  JsonText json;
  json.begin();
  json.key("fleet");
  put_seen_fleet(json, fleet);
  json.end();
  return json.line();
}

TEST(FleetJson, HasEachKey) {
  EXPECT_EQ(answer_with(two_nodes()),
            R"({"fleet":{"job":"urls.txt","state":"paused","where":"/home/list",)"
            R"("driver_quiet_ms":12000,"partitions":32,)"
            R"("owned":31,"backlog":5,"pending":6,"results":7,"dead_letters":8,"nodes":[)"
            R"({"name":"one","state":"silent","version":"0.1.0","quiet_ms":6000,"partitions":31,)"
            R"("links":6},{"name":"two","state":"gone","version":null,"quiet_ms":null,)"
            R"("partitions":0,"links":0}],"spread":["cdn.test=8"],"age_ms":900}})"
            "\n");
  EXPECT_TRUE(answer_with({}).ends_with("\"nodes\":[],\"spread\":[],\"age_ms\":null}}\n"))
      << answer_with({});
}

TEST(FleetJson, ComesBackAsItWas) {
  for (const SeenFleet& fleet : {two_nodes(), SeenFleet()}) {
    const std::string line = answer_with(fleet);
    const auto read = read_seen_fleet(line);
    ASSERT_TRUE(read) << line;
    EXPECT_EQ(answer_with(*read), line);
    EXPECT_EQ(read->age, fleet.age);
  }
}

TEST(FleetJson, OfARunWithoutAFleetThereIsNone) {
  for (const char* line : {"", "{", "[]", "{}", R"({"fleet":null})", R"({"fleet":[]})", "\xff"}) {
    EXPECT_FALSE(read_seen_fleet(line)) << line;
  }
}

TEST(FleetJson, TrustsNothing) {
  const auto read = read_seen_fleet(
      R"({"fleet":{"job":7,"state":"asleep","partitions":99999999999,"owned":-1,"backlog":"many",)"
      R"("nodes":[5,{"name":["x"],"state":"odd","quiet_ms":18446744073709551615}],)"
      R"("spread":{"a":1},"age_ms":-4}})");
  ASSERT_TRUE(read);
  EXPECT_EQ(read->view.job, "");
  EXPECT_EQ(read->view.state, FleetJob::State::running);
  EXPECT_EQ(read->view.partitions, 4294967295u);
  EXPECT_EQ(read->view.owned, 0u);
  EXPECT_EQ(read->view.backlog, 0u);
  ASSERT_EQ(read->view.nodes.size(), 2u);
  EXPECT_EQ(read->view.nodes[1].name, "");
  EXPECT_EQ(read->view.nodes[1].state, NodeState::gone);
  EXPECT_GT(*read->view.nodes[1].quiet + Duration(1), Duration(0)) << "times can be computed with";
  EXPECT_TRUE(read->view.spread.empty());
  EXPECT_EQ(read->age, std::nullopt);
}

/// The most that there may be of the longest names, against what a client of a run may be sent.
TEST(FleetJson, OfAnyFleetFitsAnAnswer) {
  SeenFleet fleet = two_nodes();
  fleet.view.nodes.assign(FleetView::kMostNodes, {.name = std::string(64, 'n'),
                                                  .state = NodeState::running,
                                                  .version = std::string(40, '\x1b'),
                                                  .quiet = milliseconds(1'000'000'000),
                                                  .partitions = 65'536,
                                                  .links = 1'000'000'000});
  fleet.view.spread.assign(64, std::string(300, '\x1b'));
  EXPECT_LT(answer_with(fleet).size(), 1'500'000u);
}

}  // namespace
}  // namespace fanfetch
