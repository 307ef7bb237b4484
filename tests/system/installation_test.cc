// Where the coordinator looks for its worker, and what it says when that is no good.

#include <filesystem>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class InstallationTest : public SystemTest {
 protected:
  /// A copy of the coordinator at `coordinator`, with `worker` at `worker_path`; both below a
  /// folder of their own. Returns the coordinator's path.
  std::string lay_out(const std::string& coordinator, const std::string& worker_path,
                      const fs::path& worker) {
    for (const auto& path : {coordinator, worker_path}) {
      fs::create_directories(fs::path(folder_.at(path)).parent_path());
    }
    fs::copy_file(::getenv("FANFETCH"), folder_.at(coordinator));
    if (!worker.empty()) fs::copy_file(fs::canonical(worker), folder_.at(worker_path));
    return folder_.at(coordinator);
  }

  [[nodiscard]] static fs::path real_worker() {
    return fs::path(::getenv("FANFETCH")).parent_path() / "../worker/fanfetch-worker";
  }

  Finished run_program(const std::string& program) {
    origin_.serve("/a.jpg", {.body = picture("body")});
    Launch launch = list_setup({"/a.jpg"});
    launch.program = program;
    return run(launch);
  }
};

TEST_F(InstallationTest, FindsTheWorkerInLibexec) {
  const auto program =
      lay_out("prefix/bin/fanfetch", "prefix/" FANFETCH_LIBEXEC "/fanfetch-worker", real_worker());
  const Finished end = run_program(program);
  EXPECT_EQ(end.exit_status, 0) << end.describe();
}

TEST_F(InstallationTest, FindsTheWorkerInABuildFolder) {
  const auto program =
      lay_out("build/coordinator/fanfetch", "build/worker/fanfetch-worker", real_worker());
  const Finished end = run_program(program);
  EXPECT_EQ(end.exit_status, 0) << end.describe();
}

TEST_F(InstallationTest, SaysWhereItLookedForAMissingWorker) {
  const Finished end = run_program(lay_out("bin/fanfetch", "worker/fanfetch-worker", ""));
  EXPECT_EQ(end.exit_status, 70) << end.describe();
  EXPECT_TRUE(has(end.err, folder_.at("worker/fanfetch-worker"))) << end.err;
}

/// The crash loop backs off, and ends with a sentence instead of going on for ever.
TEST_F(InstallationTest, GivesUpOnAWorkerThatDiesAtOnce) {
  const Finished end = run_program(lay_out("bin/fanfetch", "worker/fanfetch-worker", "/bin/false"));
  EXPECT_EQ(end.exit_status, 70) << end.describe();
  EXPECT_TRUE(has(end.err, "keep dying")) << end.err;
  EXPECT_TRUE(has(end.err, "exited with status 1")) << end.err;
}

/// `cat` complains of its arguments on stderr, and dies: its words must reach the user, named.
TEST_F(InstallationTest, PassesOnWhatAWorkerSays) {
  const Finished end = run_program(lay_out("bin/fanfetch", "worker/fanfetch-worker", "/bin/cat"));
  EXPECT_EQ(end.exit_status, 70) << end.describe();
  EXPECT_TRUE(has(end.err, "worker 1: fanfetch-worker: ")) << end.err;
  EXPECT_TRUE(has(end.err, "No such file")) << end.err;
}

/// All links are settled; a worker that stays must not keep the run from its end.
TEST_F(InstallationTest, AWorkerThatDoesNotLeaveIsMadeTo) {
  const Finished end = run_program(
      lay_out("bin/fanfetch", "worker/fanfetch-worker", ::getenv("FANFETCH_STUBBORN_WORKER")));
  EXPECT_EQ(end.exit_status, 1) << end.describe();
  EXPECT_TRUE(has(last_line(end.err), "1 failed")) << end.err;
}

}  // namespace
}  // namespace fanfetch::system
