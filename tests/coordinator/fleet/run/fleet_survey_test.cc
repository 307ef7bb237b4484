#include "coordinator/fleet/run/fleet_survey.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "coordinator/fleet/run/survey_desk.h"

namespace fanfetch {
namespace {

RedisReply text(std::string value) {
  return {.kind = RedisReply::Kind::text, .text = std::move(value), .elements = {}};
}
RedisReply number(std::int64_t value) {
  return {.kind = RedisReply::Kind::integer, .integer = value, .text = {}, .elements = {}};
}
RedisReply list(std::vector<RedisReply> elements) {
  return {.kind = RedisReply::Kind::array, .text = {}, .elements = std::move(elements)};
}

/// At 100,000 ms. `nodes`: names and times; `about`: names and words.
RedisReply survey(std::vector<RedisReply> nodes, std::vector<RedisReply> about) {
  return list({number(100'000), list({text("seen_ms"), text("88000")}), list(std::move(nodes)),
               list(std::move(about)), number(3), number(2)});
}

FleetSurvey survey_of(unsigned partitions) {
  FleetJob job{.name = "urls.txt", .id = "id"};
  job.state = FleetJob::State::paused;
  job.partitions = partitions;
  return {job, "/home/list"};
}

TEST(FleetSurvey, ShowsNodesAndWhatTheyHave) {
  FleetSurvey survey_ = survey_of(5);
  survey_.on_survey(
      survey({text("one"), text("99500"), text("two"), text("99000"), text("mute"), text("95000")},
             {text("one"), text("running 0.1.0"), text("two"), text("paused 0.1.1")}));
  survey_.on_partitions(list({
      list({text("one/7.a:1"), number(10), text("one"), text("4")}),
      list({text("one/7.a:2"), number(5)}),
      list({text("-"), number(7), text("old"), text("2"), text("one"), text("0")}),
  }));
  survey_.on_partitions(list({list({text("left/3.b:9"), number(0)}), list({text(""), number(1)})}));
  const FleetView view = survey_.view();
  EXPECT_EQ(view.job, "urls.txt");
  EXPECT_EQ(view.state, FleetJob::State::paused);
  EXPECT_EQ(view.where, "/home/list");
  EXPECT_EQ(view.driver_quiet, std::chrono::seconds(12));
  EXPECT_EQ(view.partitions, 5u);
  EXPECT_EQ(view.owned, 3u);
  EXPECT_EQ(view.backlog, 6u + 5 + 5 + 0 + 1);
  EXPECT_EQ(view.pending, 4u + 2);
  EXPECT_EQ(view.results, 3u);
  EXPECT_EQ(view.dead_letters, 2u);
  struct Row {
    std::string name, state, version;
    unsigned partitions;
    std::uint64_t links;
    std::int64_t quiet;
  };
  const Row rows[] = {{"left", "gone", "", 1, 0, -1},
                      {"mute", "silent", "", 0, 0, 5000},
                      {"old", "gone", "", 0, 2, -1},
                      {"one", "running", "0.1.0", 2, 4, 500},
                      {"two", "paused", "0.1.1", 0, 0, 1000}};
  ASSERT_EQ(view.nodes.size(), std::size(rows));
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    const FleetView::Node& node = view.nodes[i];
    EXPECT_EQ(node.name, rows[i].name);
    EXPECT_EQ(name(node.state), rows[i].state) << node.name;
    EXPECT_EQ(node.version, rows[i].version) << node.name;
    EXPECT_EQ(node.partitions, rows[i].partitions) << node.name;
    EXPECT_EQ(node.links, rows[i].links) << node.name;
    EXPECT_EQ(node.quiet ? node.quiet->count() : -1, rows[i].quiet) << node.name;
  }
}

TEST(FleetSurvey, TrustsNothing) {
  FleetSurvey survey_ = survey_of(3);
  survey_.on_survey(text("OK"));
  survey_.on_survey(survey({text("\x1b[2J"), text("99500"), text("one"), text("late")},
                           {text("one"), text("asleep\x1b 1")}));
  survey_.on_partitions(number(7));
  survey_.on_partitions(list({list({}), number(3), list({text("../x:1"), number(-4)}),
                              list({number(1), text("many"), text("bad name"), text("9")})}));
  const FleetView view = survey_.view();
  ASSERT_EQ(view.nodes.size(), 1u);
  EXPECT_EQ(view.nodes[0].name, "one");
  EXPECT_EQ(name(view.nodes[0].state), "silent") << "a time that is none is long ago";
  EXPECT_EQ(view.nodes[0].version, "");
  EXPECT_EQ(view.owned, 0u);
  EXPECT_EQ(view.backlog, 0u);
}

TEST(FleetSurvey, ShowsAsManyNodesAsThereIsRoomFor) {
  FleetSurvey survey_ = survey_of(3);
  std::vector<RedisReply> nodes, leases;
  for (std::size_t i = 0; i < FleetView::kMostNodes + 10; ++i) {
    nodes.push_back(text("node-" + std::to_string(i)));
    nodes.push_back(text("99500"));
    leases.push_back(list({text("node-" + std::to_string(i) + "/7.a:1"), number(1),
                           text("node-" + std::to_string(i)), text("1")}));
  }
  survey_.on_survey(survey(std::move(nodes), {}));
  survey_.on_partitions(list(std::move(leases)));
  const FleetView view = survey_.view();
  EXPECT_EQ(view.nodes.size(), FleetView::kMostNodes);
  EXPECT_EQ(present_nodes(view), FleetView::kMostNodes);
  EXPECT_EQ(view.owned, FleetView::kMostNodes + 10) << "sums are of all";
  EXPECT_EQ(view.pending, FleetView::kMostNodes + 10);
}

TEST(FleetSurvey, SaysWhichHostsAreShared) {
  const std::pair<std::string, std::vector<std::string>> rows[] = {
      {"", {}},
      {"cdn.test=8", {"cdn.test=8"}},
      {" cdn.test=8  [::1]:80=4 \x1b", {"cdn.test=8", "[::1]:80=4", "\x1b"}}};
  for (const auto& [spread, hosts] : rows) {
    FleetJob job{.name = "urls.txt", .id = "id"};
    job.spread = spread;
    EXPECT_EQ(FleetSurvey(job, "").view().spread, hosts) << spread;
  }
}

TEST(FleetSurvey, AsksForSomePartitionsAtATime) {
  const std::pair<unsigned, std::vector<std::pair<unsigned, unsigned>>> rows[] = {
      {1, {{0, 1}}}, {256, {{0, 256}}}, {514, {{0, 256}, {256, 512}, {512, 514}}}};
  for (const auto& [partitions, questions] : rows) {
    FleetSurvey survey_ = survey_of(partitions);
    std::vector<std::pair<unsigned, unsigned>> asked;
    while (const auto next = survey_.next_partitions()) asked.push_back(*next);
    EXPECT_EQ(asked, questions) << partitions;
  }
}

TEST(FleetSurvey, LooksAtTheOnlyJob) {
  const struct {
    std::vector<ListedJob> jobs;
    std::string wanted, job, error;
  } rows[] = {
      {{}, "", "", "the fleet has no job"},
      {{}, "a", "", "the fleet has no job 'a', and no other"},
      {{{"a", false}}, "", "a", ""},
      {{{"a", true}}, "", "a", ""},
      {{{"a", true}, {"b", false}}, "", "b", ""},
      {{{"a", true}, {"b", false}}, "a", "a", ""},
      {{{"a", true}, {"b", false}}, "c", "", "the fleet has no job 'c', but a, b"},
      {{{"a", false}, {"b", false}, {"c", true}},
       "",
       "",
       "the fleet has several jobs: a, b; name one with --fleet-job"},
      {{{"a", false, std::chrono::seconds(9)}, {"b", false, std::chrono::hours(3)}},
       "",
       "",
       "the fleet has several jobs: a, b (its driver is silent for 3h00m); name one with "
       "--fleet-job"},
      {{{"a", true, std::chrono::hours(3)}, {"b", true}},
       "",
       "",
       "the fleet has several jobs: a, b; name one with --fleet-job"},
  };
  for (const auto& [jobs, wanted, job, error] : rows) {
    const auto chosen = job_to_survey(jobs, wanted);
    EXPECT_EQ(chosen.value_or(""), job);
    EXPECT_EQ(chosen ? "" : chosen.error().message, error);
  }
}

TEST(FleetSurvey, OnlyNamesAreListed) {
  const auto jobs = listed_jobs(
      list({text("b"), text("done"), number(-1), text("a"), text("running"), number(7),
            text("no state"), text("paused"), number(0), text("gone"), text(""), number(0)}));
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0].name, "a");
  EXPECT_FALSE(jobs[0].is_done);
  EXPECT_EQ(jobs[0].driver_quiet, std::chrono::milliseconds(7));
  EXPECT_EQ(jobs[1].name, "b");
  EXPECT_TRUE(jobs[1].is_done);
  EXPECT_EQ(jobs[1].driver_quiet, std::nullopt);
}

TEST(NodeAbout, ComesBackAsItWas) {
  const auto about = about_from_text(to_text(NodeAbout{NodeState::paused, "0.1.0"}));
  ASSERT_TRUE(about);
  EXPECT_EQ(about->state, NodeState::paused);
  EXPECT_EQ(about->version, "0.1.0");
  for (const std::string bad : {"", "running", "asleep 0.1.0",
                                "running 0000000000"
                                "00000000000000000000000000000000"}) {
    EXPECT_FALSE(about_from_text(bad)) << bad;
  }
}

}  // namespace
}  // namespace fanfetch
