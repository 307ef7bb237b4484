// Nodes whose machines share the folder of the files, each with a state of its own.

#include <signal.h>
#include <unistd.h>

#include "tests/system/fleet_test.h"

namespace fanfetch::system {
namespace {

constexpr char kShared[] = "node-all";  // where expect_all_saved() looks, too

class FleetSharedTest : public FleetTest {
 protected:
  /// `state`: empty: without one.
  [[nodiscard]] Launch sharing(const std::string& state) const {
    Launch setup = node_setup(1, {"-o", kShared});
    if (!state.empty()) setup.args.insert(setup.args.end(), {"--state", state});
    return setup;
  }
  [[nodiscard]] std::set<std::string> beside_the_files() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_.at(kShared) + "/.fanfetch")) {
      names.insert(entry.path().filename());
    }
    return names;
  }
  /// Of what commands say of one node: how many links it has.
  [[nodiscard]] std::size_t links_of(const std::string& state) {
    return lines_of(command({"export", state}).out).size();
  }
};

TEST_F(FleetSharedTest, NodesShareAFolderOfFiles) {
  set_lease(3s);  // so that one hands its share over soon
  list(30, 10ms);
  // Servers call these all the same.
  std::string text = read_file(folder_.at("urls.txt"));
  for (const auto& origin : origins_) {
    Reply reply = ok(noise(2000, static_cast<unsigned>(++links_)));
    reply.headers.emplace_back("Content-Disposition", "attachment; filename=\"same.jpg\"");
    origin->serve("/get", reply);
    text += origin->url("/get") + "\n";
  }
  const auto links = static_cast<std::size_t>(links_);
  // The list comes when both have hosts.
  UniqueFd pipe = list_by_pipe();
  FanfetchProcess driver(driver_setup());
  FanfetchProcess one(sharing("state-1")), two(sharing("state-2"));
  wait_for([&] { return partitions_of(one) > 0 && partitions_of(two) > 0; });
  ASSERT_EQ(static_cast<ssize_t>(text.size()), ::write(pipe.get(), text.data(), text.size()));
  end_list(pipe);
  expect_good_end(driver, {&one, &two});
  expect_all_saved();
  expect_limits_held();
  EXPECT_EQ(links, requests());

  // Beside the files there are parts and locks, and where the states are.
  std::size_t folders = 0;
  for (const std::string& name : beside_the_files()) {
    if (!name.starts_with("node-")) {
      EXPECT_TRUE(name.starts_with("state-") || name == "written") << name;
      continue;
    }
    ++folders;
    const fs::path work = folder_.at(kShared) + "/.fanfetch/" + name;
    EXPECT_TRUE(fs::exists(work / "lock")) << name;
    EXPECT_TRUE(fs::is_empty(work / "part")) << name;
  }
  EXPECT_EQ(2u, folders);

  // Each has its own ledger; together they have all.
  EXPECT_EQ(links, links_of("state-1") + links_of("state-2"));
  EXPECT_EQ(links, lines_of(command({"export", "state-1", "state-2"}).out).size());
  const Finished both = command({"status", "state-1", "state-2"});
  EXPECT_EQ(0, both.exit_status) << both.describe();
  const Finished several = command({"status", kShared});
  EXPECT_EQ(2, several.exit_status) << several.describe();
  EXPECT_TRUE(has(several.err, "name one of them")) << several.describe();
  for (const char* state : {"state-1", "state-2"}) {
    const Finished verified = command({"verify", "--strict", state});
    EXPECT_EQ(0, verified.exit_status) << verified.describe();
    const std::size_t others = links - links_of(state);  // all hosts may be one node's
    const std::string words = others > 0
                                  ? fmt::format("0 foreign, {} of other nodes or foreign\n", others)
                                  : "0 foreign\n";
    EXPECT_TRUE(has(verified.err, words)) << verified.describe();
    EXPECT_TRUE(has(command({"stop", state}).err, "no run is going on"));
  }
}

TEST_F(FleetSharedTest, ANodeIsSteeredByItsState) {
  list(300, 200ms);  // it is stopped before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess one(sharing("state-1")), two(sharing("state-2"));
  wait_for_requests(10);
  EXPECT_TRUE(has(command({"set", "state-1", "jobs=3"}).out, "goes on with jobs=3"));
  EXPECT_TRUE(has(command({"set", "state-2", "jobs=5"}).out, "goes on with jobs=5"));
  // One of them is held, and the other is not.
  const Finished busy = run(sharing("state-2"));
  EXPECT_EQ(5, busy.exit_status) << busy.describe();
  EXPECT_TRUE(has(busy.err, fmt::format("(pid {})", two.pid()))) << busy.describe();
  EXPECT_TRUE(has(busy.err, "have a --state DIR each")) << busy.describe();
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* node : {&driver, &one, &two}) EXPECT_EQ(6, finish(*node).exit_status);
}

/// Parts are gone on with, and renames are finished, as of any run.
TEST_F(FleetSharedTest, ANodeThatWasKilledGoesOn) {
  set_lease(1500ms);
  list(30, 20ms);
  FanfetchProcess driver(driver_setup());
  {
    FanfetchProcess node(sharing("state-1"));
    wait_for_requests(40);
    node.signal(SIGKILL);
    (void)node.wait();
  }
  FanfetchProcess again(sharing("state-1")), other(sharing("state-2"));
  expect_good_end(driver, {&again, &other});
  expect_all_saved();
  expect_limits_held();
  // A link that both had may have two files, by two fetches; each is in one ledger.
  std::multiset<std::string> recorded, files;
  for (const char* state : {"state-1", "state-2"}) {
    for (const auto& record : parse_result_lines(command({"export", state}).out)) {
      if (record.file_name) recorded.insert(*record.file_name);
    }
  }
  for (const auto& entry : fs::directory_iterator(folder_.at(kShared))) {
    if (entry.is_regular_file()) files.insert(entry.path().filename());
  }
  EXPECT_EQ(recorded, files);
  EXPECT_GE(files.size(), static_cast<std::size_t>(links_));
  EXPECT_LE(files.size(), requests());
}

TEST_F(FleetSharedTest, WithoutStatesOfTheirOwnThereIsOne) {
  list(300, 200ms);  // it is stopped before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess first(sharing(""));
  wait_for_requests(10);
  const Finished second = run(sharing(""));
  EXPECT_EQ(5, second.exit_status) << second.describe();
  EXPECT_TRUE(has(second.err, "have a --state DIR each")) << second.describe();
  EXPECT_TRUE(has(second.err, "begin all of them with a new folder")) << second.describe();
  const Finished third = run(sharing("state-3"));
  EXPECT_EQ(2, third.exit_status) << third.describe();
  EXPECT_TRUE(has(third.err, "was begun without --state")) << third.describe();
  EXPECT_TRUE(has(third.err, "begin all of them with a --state DIR each")) << third.describe();
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* node : {&driver, &first}) EXPECT_EQ(6, finish(*node).exit_status);
}

TEST_F(FleetSharedTest, WhereOneHasAStateAllHave) {
  list(300, 200ms);  // it is stopped before they are done
  FanfetchProcess driver(driver_setup());
  FanfetchProcess first(sharing("state-1"));
  wait_for_requests(10);
  const Finished second = run(sharing(""));
  EXPECT_EQ(2, second.exit_status) << second.describe();
  EXPECT_TRUE(has(second.err, "was begun with --state")) << second.describe();
  EXPECT_TRUE(has(second.err, "have a --state DIR each")) << second.describe();
  EXPECT_EQ(0, command({"stop", "driver"}).exit_status);
  for (FanfetchProcess* node : {&driver, &first}) EXPECT_EQ(6, finish(*node).exit_status);
}

}  // namespace
}  // namespace fanfetch::system
