// Processes that die, hang or are stopped: nothing that happens to one of them costs a link.

#include <fmt/format.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>

#include "common/worker_start.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

/// Does the process hold a file whose path has that part?
bool has_open(pid_t pid, std::string_view part) {
  for (const auto& fd : fs::directory_iterator(fmt::format("/proc/{}/fd", pid))) {
    std::error_code gone;
    if (has(fs::read_symlink(fd.path(), gone).string(), part)) return true;
  }
  return false;
}

/// Stops the process, to go on under kill_before_write().
bool trace(pid_t pid) {
  int status = 0;
  return ::ptrace(PTRACE_SEIZE, pid, nullptr, PTRACE_O_TRACESYSGOOD) == 0 &&
         ::ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr) == 0 &&
         ::waitpid(pid, &status, __WALL) == pid && WIFSTOPPED(status);
}

/// Lets it run until it is about to write to `fd`, and kills it there. False: it never was.
bool kill_before_write(pid_t pid, int fd) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    int status = 0;
    if (::ptrace(PTRACE_SYSCALL, pid, nullptr, nullptr) != 0 ||
        ::waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
      return false;
    }
    __ptrace_syscall_info info{};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) continue;
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY || info.entry.nr != SYS_write ||
        info.entry.args[0] != static_cast<std::uint64_t>(fd)) {
      continue;
    }
    return ::kill(pid, SIGKILL) == 0 && ::waitpid(pid, &status, __WALL) == pid;
  }
  return false;
}

class KillsTest : public SystemTest {
 protected:
  /// `count` links whose first answer stops in the middle for ever; the second one is whole.
  std::vector<std::string> serve_stuck_once(std::size_t count) {
    const auto never = std::make_shared<Gate>();
    auto paths = serve_many(count);
    for (const auto& [name, bytes] : served()) {
      origin_.serve_in_turn("/" + name, {half_then_gate(bytes, never), ok(bytes)});
    }
    return paths;
  }
  void expect_all_saved(const Finished& finished) {
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_TRUE(served() == saved_files()) << finished.describe();
    EXPECT_EQ(served().size(), records().size());
    for (const ResultLine& line : records()) {
      EXPECT_EQ("saved", line.status);
      EXPECT_EQ(1, line.attempts) << "a crash costs no attempt";
    }
  }
};

TEST_F(KillsTest, EachWorkerInMidTransfer) {
  const auto paths = serve_stuck_once(16);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j16", "--per-host=16"}));
  ASSERT_TRUE(origin_.wait_for_at_once(16));
  const auto first = process.workers();
  ASSERT_EQ(2u, first.size());
  ::kill(first[0], SIGKILL);
  EXPECT_EQ(1u, process.wait_for_workers(1, first).size()) << "a successor";
  ::kill(first[1], SIGKILL);
  expect_all_saved(finish(process));
}

TEST_F(KillsTest, BothWorkersAtOnce) {
  const auto paths = serve_stuck_once(8);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j8", "--per-host=8"}));
  ASSERT_TRUE(origin_.wait_for_at_once(8));
  for (const pid_t worker : process.workers()) ::kill(worker, SIGKILL);
  expect_all_saved(finish(process));
}

TEST_F(KillsTest, TheOnlyWorkerAgainAndAgain) {
  const auto paths = serve_many(40, 20'000, 100ms);
  FanfetchProcess process(list_setup(paths, {"-w1", "-j4"}));
  std::vector<pid_t> killed;
  for (std::size_t round = 0; round < 5; ++round) {
    ASSERT_TRUE(origin_.wait_for_count("", 1 + round * 4));
    const auto worker = process.wait_for_workers(1, killed);
    ASSERT_EQ(1u, worker.size());
    ::kill(worker[0], SIGKILL);
    killed.push_back(worker[0]);
  }
  expect_all_saved(finish(process));
}

TEST_F(KillsTest, WhatADeadWorkerHadDoneCounts) {
  const auto gate = std::make_shared<Gate>();
  const auto paths = serve_many(1);
  origin_.serve(paths[0], half_then_gate(served().at("000.jpg"), gate));
  FanfetchProcess process(list_setup(paths, {"-w1", "-j1"}));
  ASSERT_TRUE(origin_.wait_for_at_once(1));
  const auto worker = process.workers();
  ASSERT_EQ(1u, worker.size());
  if (!trace(worker[0])) GTEST_SKIP() << "ptrace is not allowed here";
  gate->open();
  // The result is in the channel, and nobody was told.
  ASSERT_TRUE(kill_before_write(worker[0], kCompletedFd));
  expect_all_saved(finish(process));
  EXPECT_EQ(1u, origin_.count()) << "it is not asked for again";
}

TEST_F(KillsTest, WorkersStartCleanAndLockedIn) {
  const auto paths = serve_stuck_once(2);
  Launch given = list_setup(paths, {"-w2", "-j2"});
  // A shell that leaves a file open.
  given.args.insert(given.args.begin(), {"-c", "exec \"$@\" 9<\"$0\"",
                                         folder_.write("private", "s3cret"), ::getenv("FANFETCH")});
  given.program = "/bin/sh";
  given.env["IMGUR_CLIENT_ID"] = "s3cret";
  FanfetchProcess process(given);
  ASSERT_TRUE(origin_.wait_for_at_once(2));
  const auto workers = process.workers();
  ASSERT_EQ(2u, workers.size());
  for (const pid_t worker : workers) {
    EXPECT_EQ("", read_file(fmt::format("/proc/{}/environ", worker)));
    EXPECT_FALSE(has_open(worker, "/private"));
    EXPECT_TRUE(has_open(worker, "/.fanfetch/lock")) << "the folder is held to the last process";
    const std::string status = read_file(fmt::format("/proc/{}/status", worker));
    EXPECT_TRUE(has(status, "\nSeccomp:\t2\n")) << status;
    EXPECT_TRUE(has(status, "\nSigBlk:\t0000000000000000\n")) << status;
    EXPECT_TRUE(has(status, "\nNoNewPrivs:\t1\n")) << status;
  }
  process.signal(SIGKILL);
  EXPECT_EQ(SIGKILL, finish(process).signal);
}

TEST_F(KillsTest, StoppedWorkerIsReplaced) {
  const auto paths = serve_stuck_once(8);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j8", "--per-host=8", "--stall-timeout=10m"}));
  ASSERT_TRUE(origin_.wait_for_at_once(8));
  const auto workers = process.workers();
  ASSERT_EQ(2u, workers.size());
  ::kill(workers[0], SIGSTOP);
  EXPECT_EQ(1u, process.wait_for_workers(1, workers).size()) << "a successor after 30 ticks";
  ::kill(workers[1], SIGKILL);  // its transfers are stuck as well
  expect_all_saved(finish(process, 120s));
}

TEST_F(KillsTest, StoppedRunGoesOn) {
  // Ctrl-Z and fg: nobody is hung, and nobody is replaced.
  const auto paths = serve_many(40, 20'000, 100ms);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j4"}));
  ASSERT_TRUE(origin_.wait_for_count("", 4));
  const auto workers = process.workers();
  process.signal_all(SIGSTOP);
  std::this_thread::sleep_for(2s);  // that time passes is the point
  process.signal_all(SIGCONT);
  ASSERT_TRUE(origin_.wait_for_count("", 12));
  EXPECT_EQ(workers, process.workers());
  expect_all_saved(finish(process));
}

TEST_F(KillsTest, NoProcessOutlivesTheCoordinator) {
  const auto paths = serve_stuck_once(16);
  FanfetchProcess process(list_setup(paths, {"-w4", "-j32", "--per-host=16"}));
  ASSERT_TRUE(origin_.wait_for_at_once(16));
  ASSERT_EQ(4u, process.workers().size());
  process.signal(SIGKILL);
  const Finished finished = finish(process);  // looks for 5 s
  EXPECT_EQ(SIGKILL, finished.signal);
  EXPECT_TRUE(saved_files().empty()) << "half a file never gets its name";
}

TEST_F(KillsTest, StoppedWorkersDoNotOutliveTheCoordinator) {
  const auto paths = serve_stuck_once(4);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j16"}));
  ASSERT_TRUE(origin_.wait_for_at_once(4));
  for (const pid_t worker : process.workers()) ::kill(worker, SIGSTOP);
  process.signal(SIGKILL);
  EXPECT_EQ(SIGKILL, finish(process).signal);
}

TEST_F(KillsTest, RunAfterAKillSavesEverything) {
  const auto paths = serve_stuck_once(16);
  {
    FanfetchProcess process(list_setup(paths, {"-w2", "-j16", "--per-host=16"}));
    ASSERT_TRUE(origin_.wait_for_at_once(16));
    process.signal(SIGKILL);
    EXPECT_EQ(SIGKILL, finish(process).signal);
  }
  expect_all_saved(run(list_setup(paths, {"-w2", "-j16"})));
}

TEST_F(KillsTest, ManyLinksThatKillTheirWorkerEndNoRun) {
  constexpr int kKillers = 60;  // each kills three workers alone: more than 100 in a row
  const auto paths = serve_many(5);
  std::atomic<pid_t> session = 0;
  std::vector<std::string> links;
  for (int i = 0; i < kKillers; ++i) {
    links.push_back(fmt::format("/killer-{}.jpg", i));
    origin_.serve(links.back(), [&](Connection& connection, const Request&) {
      (void)eventually([&] { return session != 0; }, kPatience);
      const auto worker = owner_of_connection(session, connection.peer_port(), origin_.port());
      if (worker) ::kill(*worker, SIGKILL);
      connection.wait_for_hang_up();
      connection.close();
    });
  }
  links.insert(links.end(), paths.begin(), paths.end());
  FanfetchProcess process(list_setup(links, {"-w1", "-j4", "--sandbox=off"}));
  session = process.pid();
  const Finished finished = finish(process, 120s);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(served(), saved_files());
  const auto lines = records();
  EXPECT_EQ(kKillers,
            std::count_if(lines.begin(), lines.end(),
                          [](const ResultLine& line) { return line.error == "crashed_worker"; }))
      << finished.describe();
}

TEST_F(KillsTest, LinkThatKillsItsWorker) {
  const auto paths = serve_many(40, 20'000, 20ms);
  FaultOrigin other("127.0.0.2");  // a host of its own, so that its turn comes among the others
  std::atomic<pid_t> session = 0;
  std::atomic<int> not_found = 0;
  other.serve("/killer.jpg", [&](Connection& connection, const Request&) {
    const auto find = [&] {
      return owner_of_connection(session, connection.peer_port(), other.port());
    };
    (void)eventually([&] { return session != 0; }, kPatience);
    if (const auto worker = find()) {
      ::kill(*worker, SIGKILL);
    } else {
      ++not_found;
    }
    connection.wait_for_hang_up();
    connection.close();
  });
  auto links = paths;
  links.insert(links.begin() + 10, other.url("/killer.jpg"));
  FanfetchProcess process(list_setup(links, {"-w2", "-j8", "--sandbox=off"}));
  session = process.pid();
  const Finished finished = finish(process);
  EXPECT_EQ(0, not_found);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_TRUE(served() == saved_files()) << "no other link suffers\n" << finished.describe();
  // Once among others, which may cost three of them a try; then three times alone, which costs
  // nobody anything.
  EXPECT_EQ(4u, other.count());
  EXPECT_LE(origin_.count(), 40u + 3u);
  const auto lines = records();
  ASSERT_EQ(41u, lines.size());
  EXPECT_EQ("failed", lines[10].status);
  EXPECT_EQ("crashed_worker", lines[10].error);
}

}  // namespace
}  // namespace fanfetch::system
