// Whole runs with sandboxed workers: what a run says of it, what it does where less is to be had,
// and what a worker that somebody has taken over can do to it (tests/support/captured_worker.cc).

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "common/sandbox/lock_in.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRestricted =
    "the workers are in their sandboxes: files, calls, ports, signals";

class SandboxedRunTest : public SystemTest {
 protected:
  void SetUp() override {
    if (sandbox_support().sanitized) GTEST_SKIP() << "sanitizers get less of a sandbox";
    if (sandbox_support().landlock_abi < 6) GTEST_SKIP() << "this kernel is too old for all of it";
  }
  /// A run whose workers are those of tests/support/captured_worker.cc.
  [[nodiscard]] Launch captured(const std::vector<std::string>& links,
                                std::vector<std::string> args = {}) {
    Launch launch = list_setup(links, std::move(args));
    for (const auto& [name, program] : {std::pair{"bin/fanfetch", "FANFETCH"},
                                        {"worker/fanfetch-worker", "FANFETCH_CAPTURED_WORKER"}}) {
      fs::create_directories(fs::path(folder_.at(name)).parent_path());
      fs::copy_file(::getenv(program), folder_.at(name));
    }
    launch.program = folder_.at("bin/fanfetch");
    return launch;
  }
  /// The real programs, on a machine that lacks something.
  [[nodiscard]] Launch lesser(const std::string& lack, const std::vector<std::string>& links,
                              std::vector<std::string> args) {
    Launch launch = list_setup(links, std::move(args));
    launch.args.insert(launch.args.begin(), {lack, ::getenv("FANFETCH")});
    launch.program = ::getenv("FANFETCH_LESSER_MACHINE");
    return launch;
  }
  [[nodiscard]] std::string status_json() {
    const Finished finished = run({.args = {"status", output(), "--json"}});
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    return finished.out;
  }
};

TEST_F(SandboxedRunTest, TellsOnceHowFarItsWorkersAreLockedIn) {
  const auto paths = serve_many(20);
  const Finished verbose = run(list_setup(paths, {"-v", "-w2"}));
  EXPECT_EQ(0, verbose.exit_status) << verbose.describe();
  const auto first = verbose.err.find(kRestricted);
  EXPECT_NE(std::string::npos, first) << verbose.err;
  EXPECT_EQ(std::string::npos, verbose.err.find("sandbox", first + 40)) << verbose.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"full",)")) << status_json();
  const Finished terse = run(list_setup(paths, {"--refresh"}));
  EXPECT_FALSE(has(terse.err, "sandbox")) << terse.err;
  const Finished off = run(list_setup(paths, {"--sandbox=off", "--refresh", "-v"}));
  EXPECT_EQ(0, off.exit_status) << off.describe();
  EXPECT_TRUE(has(off.err, "sandboxes do not restrict: system calls, files, ports, signals\n"))
      << off.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"none",)")) << status_json();
}

TEST_F(SandboxedRunTest, RequireRunsWithAllOfItAndRefusesLess) {
  const auto paths = serve_many(3);
  EXPECT_EQ(0, run(list_setup(paths, {"--sandbox=require"})).exit_status);
  fs::remove_all(output());
  const Finished refused = run(lesser("landlock", paths, {"--sandbox=require"}));
  EXPECT_EQ(70, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err,
                  "--sandbox=require: on this machine the workers' sandbox would not restrict: "
                  "files, ports, signals (this system has no Landlock, or a container forbids it)"))
      << refused.err;
  EXPECT_FALSE(fs::exists(output())) << "nothing has begun";
  const Finished lesser_run = run(lesser("landlock", paths, {"-v"}));
  EXPECT_EQ(0, lesser_run.exit_status) << lesser_run.describe();
  EXPECT_TRUE(has(lesser_run.err, "sandboxes do not restrict: files, ports, signals (this system"))
      << lesser_run.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"partial","restricts":["calls"]})"));
}

/// What a container may do: one lock that refuses is no reason to do without the other.
TEST_F(SandboxedRunTest, WhereLandlockRefusesCallsAreFilteredAllTheSame) {
  const auto paths = serve_many(3);
  const Finished finished = run(lesser("restrict", paths, {"-v"}));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "files, ports, signals (this system has Landlock, and refuses"))
      << finished.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"partial","restricts":["calls"]})"))
      << status_json();
  fs::remove_all(output());
  const Finished refused = run(lesser("restrict", paths, {"--sandbox=require"}));
  EXPECT_EQ(70, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "does not have all of its sandbox, only: calls")) << refused.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":null)")) << "none worked in one: " << status_json();
}

TEST_F(SandboxedRunTest, WhereWorkersCannotWorkInItTheyGetLess) {
  const auto paths = serve_many(3);
  const Finished lowered = run(lesser("unlink", paths, {"-w1"}));
  EXPECT_EQ(0, lowered.exit_status) << lowered.describe();
  EXPECT_TRUE(served() == saved_files());
  EXPECT_TRUE(has(lowered.err, "inside its sandbox the worker cannot remove a file: "))
      << lowered.err;
  EXPECT_TRUE(has(lowered.err, "they get less of it from now on ('files')")) << lowered.err;
  EXPECT_TRUE(has(lowered.err, "they get less of it from now on ('descriptors')")) << lowered.err;
  EXPECT_TRUE(has(status_json(), R"("sandbox":{"level":"none",)")) << status_json();
  fs::remove_all(output());
  const Finished refused = run(lesser("unlink", paths, {"-w1", "--sandbox=require"}));
  EXPECT_EQ(70, refused.exit_status) << refused.describe();
  EXPECT_TRUE(has(refused.err, "--sandbox=require: the workers' sandbox does not work"))
      << refused.err;
}

/// It tries all that it will do, so that no download is the first to find out.
TEST_F(SandboxedRunTest, EachThingThatAWorkerDoesIsTriedBeforeItWorks) {
  const auto paths = serve_many(3);
  const std::pair<const char*, const char*> kRows[] = {
      {"rename", "rename a file"}, {"truncate", "cut a file"}, {"epoll", "wait for a socket"}};
  for (const auto& [lack, what] : kRows) {
    fs::remove_all(output());
    const Finished refused = run(lesser(lack, paths, {"-w1", "--sandbox=require"}));
    EXPECT_EQ(70, refused.exit_status) << lack << refused.describe();
    EXPECT_TRUE(has(refused.err, std::string("inside its sandbox the worker cannot ") + what))
        << refused.err;
    EXPECT_TRUE(fs::is_empty(output() + "/.fanfetch/part")) << lack;
  }
}

TEST_F(SandboxedRunTest, OnlyADeathBeforeTheFirstJobLowersIt) {
  Launch launch = captured({"/a"}, {"-w2"});
  launch.env["FANFETCH_CAPTURED"] = "early";
  const Finished early = run(launch);
  EXPECT_EQ(1, early.exit_status) << early.describe();
  EXPECT_TRUE(has(early.err, "they get less of it from now on ('files')")) << early.err;
  EXPECT_FALSE(has(early.err, "'descriptors'"))
      << "one level, though two workers died: " << early.err;
}

/// Root's workers give up root's rights, but for this one.
TEST_F(SandboxedRunTest, RootDownloadsIntoAnotherUsersFolder) {
  if (::geteuid() != 0) GTEST_SKIP() << "for root";
  constexpr uid_t kNobody = 65534;
  const auto paths = serve_many(3);
  const std::string part = output() + "/.fanfetch/part";
  fs::create_directories(part);
  for (const std::string& folder : {output(), output() + "/.fanfetch", part}) {
    ASSERT_EQ(0, ::chmod(folder.c_str(), 0700));
    ASSERT_EQ(0, ::chown(folder.c_str(), kNobody, kNobody));
  }
  const Finished finished = run(list_setup(paths));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(served() == saved_files());
}

TEST_F(SandboxedRunTest, AViolationIsNamedAndIsNoCrash) {
  const Finished finished = run(captured({"/escapes", "/b", "/c"}, {"-w1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_TRUE(
      has(finished.err, "was stopped by its sandbox: it made a system call that no worker makes"))
      << finished.err;
  EXPECT_FALSE(has(finished.err, "get less")) << finished.err;
  const auto lines = records();
  ASSERT_EQ(3u, lines.size());
  EXPECT_EQ("refused", lines[0].error);
  EXPECT_EQ(
      "by policy: the sandbox stopped its worker, 3 times in a row while it fetched nothing else",
      lines[0].message);
  EXPECT_EQ("http_4xx", lines[1].error);
  EXPECT_EQ("http_4xx", lines[2].error);
}

TEST_F(SandboxedRunTest, FilledEventfdsDoNotStopTheCoordinator) {
  const Finished finished = run(captured({"/fills", "/b", "/fills-too", "/d"}, {"-w1", "-j1"}));
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(4u, records().size());
}

}  // namespace
}  // namespace fanfetch::system
