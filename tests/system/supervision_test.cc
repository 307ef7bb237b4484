// What the coordinator makes of a machine that is short of descriptors, and of workers that beat
// but do not end a job: no such thing costs a link or ends a run.

#include <signal.h>
#include <sys/resource.h>

#include <cstdlib>
#include <filesystem>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class SupervisionTest : public SystemTest {
 protected:
  /// The coordinator, with a worker that never ends a first job whose URL says so.
  [[nodiscard]] std::string lay_out_stubborn() const {
    for (const auto& [name, program] : {std::pair{"bin/fanfetch", "FANFETCH"},
                                        {"worker/fanfetch-worker", "FANFETCH_STUBBORN_WORKER"}}) {
      fs::create_directories(fs::path(folder_.at(name)).parent_path());
      fs::copy_file(::getenv(program), folder_.at(name));
    }
    return folder_.at("bin/fanfetch");
  }
  /// From now on the coordinator can open nothing more, or all that it could before.
  static void limit_descriptors(pid_t pid, rlim_t most) {
    rlimit files{};
    ASSERT_EQ(0, ::prlimit(pid, RLIMIT_NOFILE, nullptr, &files));
    files.rlim_cur = most == RLIM_INFINITY ? files.rlim_max : most;
    ASSERT_EQ(0, ::prlimit(pid, RLIMIT_NOFILE, &files, nullptr));
  }
};

TEST_F(SupervisionTest, AShortageOfDescriptorsOnlyDelaysASuccessor) {
  const auto paths = serve_many(2);
  const auto gate = std::make_shared<Gate>();
  origin_.serve_in_turn(
      paths[0], {half_then_gate(served().at("000.jpg"), gate), {.body = served().at("000.jpg")}});
  FanfetchProcess process(list_setup(paths, {"-w1", "-j1"}));
  ASSERT_TRUE(origin_.wait_for_at_once(1));
  const auto workers = process.workers();
  ASSERT_EQ(1u, workers.size());
  limit_descriptors(process.pid(), 8);
  ::kill(workers[0], SIGKILL);
  ASSERT_TRUE(process.wait_for_stderr("Too many open files; it is tried again in"));
  EXPECT_TRUE(process.workers().empty());
  EXPECT_FALSE(process.ended());
  limit_descriptors(process.pid(), RLIM_INFINITY);
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(served() == saved_files()) << finished.describe();
  for (const ResultLine& line : records()) EXPECT_EQ(1, line.attempts);
}

/// Five failed starts in a row mean that the program is broken; a shortage may last for longer.
TEST_F(SupervisionTest, ALongShortageDoesNotEndTheRun) {
  const auto paths = serve_many(1);
  const auto gate = std::make_shared<Gate>();
  origin_.serve_in_turn(
      paths[0], {half_then_gate(served().at("000.jpg"), gate), {.body = served().at("000.jpg")}});
  FanfetchProcess process(list_setup(paths, {"-w1", "-j1"}));
  ASSERT_TRUE(origin_.wait_for_at_once(1));
  limit_descriptors(process.pid(), 8);
  ::kill(process.workers().at(0), SIGKILL);
  ASSERT_TRUE(process.wait_for_stderr("it is tried again in 3.2 s")) << "the sixth time";
  EXPECT_FALSE(process.ended());
  limit_descriptors(process.pid(), RLIM_INFINITY);
  EXPECT_EQ(0, finish(process).exit_status);
  EXPECT_TRUE(served() == saved_files());
}

TEST_F(SupervisionTest, AWorkerThatBeatsButEndsNoJobIsReplaced) {
  Launch launch =
      list_setup({"/never-ends-at-first.jpg", "/b.jpg"},
                 {"-w1", "-j2", "--connect-timeout=1s", "--stall-timeout=1s", "--retries=0"});
  launch.program = lay_out_stubborn();
  const Finished finished = run(launch, 120s);
  EXPECT_TRUE(has(finished.err, "does not end a transfer: it is replaced")) << finished.describe();
  EXPECT_GT(finished.took, 30s) << "its own time-outs come first";
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  const auto lines = records();
  ASSERT_EQ(2u, lines.size());
  for (const ResultLine& line : lines) {
    EXPECT_EQ("http_4xx", line.error) << "as the successor says";
    EXPECT_EQ(1, line.attempts) << "the worker's fault costs no attempt";
  }
}

TEST_F(SupervisionTest, WithoutTimeoutsAJobMayTakeAsLongAsItLikes) {
  const auto paths = serve_many(1);
  const auto gate = std::make_shared<Gate>();
  origin_.serve(paths[0], half_then_gate(served().at("000.jpg"), gate));
  FanfetchProcess process(list_setup(
      paths, {"-w1", "-j1", "--connect-timeout=1s", "--timeout=0", "--stall-timeout=0"}));
  ASSERT_TRUE(origin_.wait_for_at_once(1));
  const auto workers = process.workers();
  std::this_thread::sleep_for(35s);  // a limit of 1 + 0 + 30 s would be over
  EXPECT_EQ(workers, process.workers());
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

/// Ctrl-Z, a long while, fg: the time that stood still counts for nobody.
TEST_F(SupervisionTest, AStopLongerThanAllLimitsReplacesNobody) {
  const auto paths = serve_many(2);
  const auto gate = std::make_shared<Gate>();
  for (const auto& path : paths) {
    origin_.serve_in_turn(path, {half_then_gate(served().at(path.substr(1)), gate),
                                 {.body = served().at(path.substr(1))}});
  }
  FanfetchProcess process(
      list_setup(paths, {"-w2", "-j2", "--connect-timeout=1s", "--stall-timeout=2s"}));
  ASSERT_TRUE(origin_.wait_for_at_once(2));
  const auto workers = process.workers();
  process.signal_all(SIGSTOP);
  std::this_thread::sleep_for(35s);  // that time passes is the point
  process.signal_all(SIGCONT);
  ASSERT_TRUE(origin_.wait_for_count("", 4)) << "they timed out by themselves, and asked again";
  EXPECT_EQ(workers, process.workers());
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_FALSE(has(finished.err, "replaced")) << finished.describe();
}

}  // namespace
}  // namespace fanfetch::system
