// What the coordinator makes of a machine that is short of descriptors, and of workers that beat
// but do not end a job: no such thing costs a link or ends a run.

#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <cstdlib>
#include <filesystem>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class SupervisionTest : public SystemTest {
 protected:
  /// The coordinator, with the worker of tests/support/stubborn_worker.cc.
  [[nodiscard]] std::string lay_out_stubborn() const {
    for (const auto& [name, program] : {std::pair{"bin/fanfetch", "FANFETCH"},
                                        {"worker/fanfetch-worker", "FANFETCH_STUBBORN_WORKER"}}) {
      fs::create_directories(fs::path(folder_.at(name)).parent_path());
      fs::copy_file(::getenv(program), folder_.at(name));
    }
    return folder_.at("bin/fanfetch");
  }
  /// The thread of the process that is not its first; 0: there is none.
  static pid_t second_thread(pid_t pid) {
    std::error_code gone;
    for (const auto& task : fs::directory_iterator(fmt::format("/proc/{}/task", pid), gone)) {
      const pid_t thread = std::stoi(task.path().filename());
      if (thread != pid) return thread;
    }
    return 0;
  }
  static std::string state_of(pid_t pid) {
    const std::string status = read_file(fmt::format("/proc/{}/status", pid));
    return status.substr(status.find("State:\t") + 7, 1);
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

/// Whatever it is that cannot be opened first, it is not to blame.
TEST_F(SupervisionTest, TooFewDescriptorsForARunAreToldAtItsStart) {
  const auto paths = serve_many(1);
  for (const int most : {8, 10, 14, 20, 26, 30, 36}) {
    Launch launch = list_setup(paths);
    launch.args.insert(launch.args.begin(), {"-c", fmt::format(R"(ulimit -n {}; exec "$@")", most),
                                             "sh", ::getenv("FANFETCH")});
    launch.program = "/bin/sh";
    const Finished finished = run(launch);
    EXPECT_EQ(70, finished.exit_status) << most << finished.describe();
    EXPECT_TRUE(has(finished.err, "raise ulimit -n")) << most << finished.describe();
    EXPECT_FALSE(fs::exists(output())) << most;
  }
  EXPECT_EQ(0u, origin_.count());
}

/// No link pays for a want of descriptors: fewer are fetched at once.
TEST_F(SupervisionTest, FewDescriptorsMakeFewTransfers) {
  const auto paths = serve_many(150, 100, 100ms);
  for (const int most : {48, 64}) {
    fs::remove_all(output());
    Launch launch = list_setup(paths, {"-w2", "-j128", "--per-host=128", "--retries=0"});
    launch.args.insert(launch.args.begin(), {"-c", fmt::format(R"(ulimit -n {}; exec "$@")", most),
                                             "sh", ::getenv("FANFETCH")});
    launch.program = "/bin/sh";
    const Finished finished = run(launch);
    EXPECT_EQ(0, finished.exit_status) << most << finished.describe();
    EXPECT_TRUE(has(finished.err, fmt::format("ulimit -n is {}: ", most))) << finished.describe();
    EXPECT_EQ(150u, records().size());
    EXPECT_TRUE(served() == saved_files()) << most;
  }
}

TEST_F(SupervisionTest, TooLittleMemoryIsNotTheUsersFault) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "ASan needs terabytes of addresses to start at all";
#endif
  const auto paths = serve_many(1);
  for (const int most : {20'000, 30'000, 40'000, 50'000}) {
    Launch launch = list_setup(paths);
    launch.args.insert(launch.args.begin(), {"-c", fmt::format(R"(ulimit -v {}; exec "$@")", most),
                                             "sh", ::getenv("FANFETCH")});
    launch.program = "/bin/sh";
    const Finished finished = run(launch);
    if (finished.exit_status == 127) continue;  // the system could not even load it
    EXPECT_EQ(70, finished.exit_status) << most << finished.describe();
  }
}

TEST_F(SupervisionTest, WorkersThatAllKeepDyingEndTheRun) {
  Launch launch = list_setup({"/breaks.jpg", "/b.jpg"}, {"-w8", "-j8"});
  launch.program = lay_out_stubborn();
  const Finished finished = run(launch, 120s);
  EXPECT_EQ(70, finished.exit_status) << finished.describe();
  EXPECT_TRUE(
      has(finished.err, "the worker processes keep dying (the last one exited with status 1)"))
      << finished.describe();
  EXPECT_GT(finished.took, 2s) << "they rest in between";
}

TEST_F(SupervisionTest, AWorkerOverItsMemoryIsReplacedWhenItsTransfersAreDone) {
  Launch launch = setup({"-w1", "-j2", "--worker-memory=48M", "-"});
  launch.program = lay_out_stubborn();
  launch.stdin_pipe = true;
  FanfetchProcess process(launch);
  process.write_stdin(origin_.url("/grows.jpg") + "\n");
  const auto workers = process.wait_for_workers(1);
  ASSERT_EQ(1u, workers.size());
  ASSERT_TRUE(process.wait_for_stderr("MiB of memory, and --worker-memory is 48 MiB"));
  ASSERT_EQ(1u, process.wait_for_workers(1, workers).size());
  process.write_stdin(origin_.url("/b.jpg") + "\n");
  process.close_stdin();
  const Finished finished = finish(process);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(2u, records().size());
  EXPECT_FALSE(has(finished.err, "start again")) << "nothing was lost: " << finished.describe();
}

TEST_F(SupervisionTest, AWorkerThatBeatsButEndsNoJobIsReplaced) {
  Launch launch = list_setup({"/never-ends.jpg", "/b.jpg"}, {"-w1", "-j2", "--connect-timeout=1s",
                                                             "--stall-timeout=1s", "--retries=0"});
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

/// It is slow, not hung: to replace it would not help.
TEST_F(SupervisionTest, AWorkerThatWaitsForADiskIsWaitedFor) {
  Launch launch = list_setup({"/sleeps.jpg"}, {"-w1", "-j1", "--timeout=0", "--stall-timeout=0"});
  launch.program = lay_out_stubborn();
  FanfetchProcess process(launch);
  const auto workers = process.wait_for_workers(1);
  ASSERT_EQ(1u, workers.size());
  ASSERT_TRUE(eventually([&] { return state_of(workers[0]) == "D"; }, kPatience));
  const Finished finished = finish(process, 90s);
  EXPECT_GT(finished.took, 34s) << "30 silent ticks were over";
  EXPECT_FALSE(has(finished.err, "replaced")) << finished.describe();
  ASSERT_EQ(1u, records().size());
  EXPECT_EQ("http_4xx", records()[0].error);
}

/// One that lies in its channel has no such excuse, and the run does not wait for it.
TEST_F(SupervisionTest, ACorruptWorkerThatWaitsForADiskIsReplaced) {
  Launch launch = list_setup({"/lies.jpg"}, {"-w1", "-j1"});
  launch.program = lay_out_stubborn();
  const Finished finished = run(launch);
  EXPECT_TRUE(has(finished.err, "writes what no sound worker writes: it is replaced"))
      << finished.describe();
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_LT(finished.took, 25s) << "its 30 ticks, and a stubborn successor's 12 s";
  ASSERT_EQ(1u, records().size());
  EXPECT_EQ("http_4xx", records()[0].error) << "as the successor says";
}

/// As one that a dead network file system holds: SIGKILL is sent, and it does not go.
TEST_F(SupervisionTest, AWorkerThatCannotBeKilledDoesNotKeepTheRun) {
  Launch launch = list_setup({"/has-a-thread.jpg"}, {"-w1", "-j1", "--timeout=0"});
  launch.program = lay_out_stubborn();
  FanfetchProcess process(launch);
  const auto workers = process.wait_for_workers(1);
  ASSERT_EQ(1u, workers.size());
  ASSERT_TRUE(eventually([&] { return second_thread(workers[0]) != 0; }, kPatience));
  // A process is not gone before the tracer of each thread has seen that one's end.
  const pid_t held = second_thread(workers[0]);
  if (::ptrace(PTRACE_SEIZE, held, nullptr, nullptr) != 0) GTEST_SKIP() << "no ptrace here";
  process.signal(SIGTERM);
  const bool ended = eventually([&] { return process.ended(); }, kPatience);
  EXPECT_TRUE(ended);
  ::kill(workers[0], SIGKILL);
  int status = 0;
  EXPECT_EQ(held, ::waitpid(held, &status, __WALL));
  const Finished finished = finish(process);
  EXPECT_EQ(SIGTERM, finished.signal) << finished.describe();
  EXPECT_TRUE(has(finished.err, "cannot be killed")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "stopped early: 1 link was not finished")) << finished.describe();
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
  const auto second_gate = std::make_shared<Gate>();
  for (const auto& path : paths) {
    origin_.serve_in_turn(path, {half_then_gate(served().at(path.substr(1)), gate),
                                 {.body = served().at(path.substr(1)), .gate = second_gate}});
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
  second_gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_FALSE(has(finished.err, "replaced")) << finished.describe();
}

}  // namespace
}  // namespace fanfetch::system
