// --state DIR: what a run keeps for itself lies there, and commands take either folder.

#include <signal.h>

#include <filesystem>
#include <fstream>

#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class StateTest : public CommandTest {
 protected:
  [[nodiscard]] std::string state() const { return folder_.at("state"); }
  [[nodiscard]] std::vector<std::string> entries(const fs::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
      names.push_back(entry.path().filename());
    return names;
  }
  Finished run_with_state(const std::vector<std::string>& links) {
    return run(list_setup(links, {"--state", state()}));
  }
};

TEST_F(StateTest, AllThatARunKeepsForItselfIsThere) {
  const auto links = serve_many(5);
  ASSERT_EQ(0, run_with_state(links).exit_status);
  EXPECT_EQ(served(), saved_files());
  // What is noted beside the files: where the state is, and the results for `verify`.
  for (const std::string& name : entries(fs::path(output()) / ".fanfetch")) {
    EXPECT_TRUE(name.starts_with("state-") || name == "written") << name;
  }
  for (const char* name : {"ledger.sqlite", "lock", "part", "output"}) {
    EXPECT_TRUE(fs::exists(fs::path(state()) / name)) << name;
  }
  EXPECT_TRUE(fs::is_empty(fs::path(state()) / "part"));

  const Finished again = run_with_state(links);
  EXPECT_EQ(0, again.exit_status);
  EXPECT_TRUE(has(again.err, "0 saved, 5 kept")) << again.describe();
}

TEST_F(StateTest, CommandsTakeEitherFolder) {
  auto links = serve_many(5);
  links.push_back("/missing.jpg");
  ASSERT_EQ(1, run_with_state(links).exit_status);
  for (const std::string& folder : {output(), state()}) {
    const Finished status = command({"status", folder});
    EXPECT_EQ(0, status.exit_status) << status.describe();
    EXPECT_TRUE(has(status.out, "  saved       5\n")) << status.out;
    const Finished verified = command({"verify", folder});
    EXPECT_EQ(0, verified.exit_status) << verified.describe();
    EXPECT_FALSE(has(verified.out, "foreign")) << verified.out;
    EXPECT_EQ(1u, lines_of(command({"export", folder, "--failed"}).out).size());
    const Finished report = command({"report", folder, "-o", folder_.at("r.html"), "--force"});
    EXPECT_EQ(0, report.exit_status) << report.describe();
    const Finished stop = command({"stop", folder});
    EXPECT_TRUE(has(stop.err, "no run is going on in '" + fs::canonical(output()).string() + "'") ||
                has(stop.err, "no run is going on in '" + output() + "'"))
        << stop.describe();
  }
}

TEST_F(StateTest, ARunIsSteeredByEitherFolder) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = noise(1000), .gate = gate});
  FanfetchProcess process(list_setup({"/held.jpg"}, {"--state", state()}));
  ASSERT_TRUE(eventually([&] { return origin_.count("/held.jpg") == 1; }, kPatience));
  EXPECT_TRUE(has(command({"set", output(), "jobs=3"}).out, "goes on with jobs=3"));
  EXPECT_TRUE(has(command({"set", state(), "jobs=3"}).out, "has already jobs=3"));
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

/// Parts of a killed run are gone on with, and its renames are finished.
TEST_F(StateTest, AKilledRunIsGoneOnWith) {
  const auto gate = std::make_shared<Gate>();
  auto links = serve_many(20);
  origin_.serve("/held.jpg", Reply{.body = noise(1000, 77), .gate = gate});
  links.push_back("/held.jpg");
  {
    FanfetchProcess process(list_setup(links, {"--state", state()}));
    ASSERT_TRUE(eventually([&] { return saved_files().size() == 20; }, kPatience));
    process.signal(SIGKILL);
    EXPECT_EQ(SIGKILL, finish(process).signal);
  }
  gate->open();
  const Finished again = run_with_state(links);
  EXPECT_EQ(0, again.exit_status) << again.describe();
  EXPECT_EQ(21u, saved_files().size());
  const Finished verified = command({"verify", state()});
  EXPECT_TRUE(has(verified.err, "21 good, 0 missing, 0 changed, 0 foreign")) << verified.describe();
}

TEST_F(StateTest, SeveralRunsShareAFolderOfFiles) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = noise(1000), .gate = gate});
  FanfetchProcess first(list_setup({"/held.jpg"}, {"--state", state()}));
  ASSERT_TRUE(eventually([&] { return origin_.count("/held.jpg") == 1; }, kPatience));

  const auto links = serve_many(5);
  const Finished busy = run(list_setup(links, {"--state", state()}));
  EXPECT_EQ(5, busy.exit_status) << busy.describe();
  const std::string other = folder_.at("other");
  EXPECT_EQ(0, run(list_setup(links, {"--state", other})).exit_status);

  const Finished asked = command({"status", output()});
  EXPECT_EQ(2, asked.exit_status);
  EXPECT_TRUE(has(asked.err, "several runs write to")) << asked.describe();
  EXPECT_TRUE(has(asked.err, fs::canonical(other).string())) << asked.describe();
  EXPECT_TRUE(has(command({"status", other}).out, ": 5 links"));
  EXPECT_TRUE(has(command({"stop", other}).err, "no run is going on"));

  gate->open();
  EXPECT_EQ(0, finish(first).exit_status);
  EXPECT_EQ(6u, saved_files().size());
}

TEST_F(StateTest, WhatDoesNotGoTogetherIsSaid) {
  const auto links = serve_many(2);
  ASSERT_EQ(0, run_with_state(links).exit_status);
  const Finished without = run(list_setup(links));
  EXPECT_EQ(2, without.exit_status);
  EXPECT_TRUE(has(without.err, "was begun with --state")) << without.describe();
  const Finished rehearsed = run(list_setup(links, {"--dry-run"}));
  EXPECT_EQ(2, rehearsed.exit_status) << rehearsed.describe();

  fs::create_directory(folder_.at("mine"));
  std::ofstream(folder_.at("mine/file")) << "x";
  const Finished mine = run(list_setup(links, {"--state", folder_.at("mine")}));
  EXPECT_EQ(2, mine.exit_status);
  EXPECT_TRUE(has(mine.err, "no state folder of fanfetch's")) << mine.describe();
  EXPECT_EQ(std::vector<std::string>{"file"}, entries(folder_.at("mine")));
}

}  // namespace
}  // namespace fanfetch::system
