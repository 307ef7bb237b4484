// Processes that die, hang or are stopped: nothing that happens to one of them costs a link.

#include <fmt/format.h>
#include <signal.h>

#include <atomic>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

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
    for (const ResultLine& line : records()) EXPECT_EQ("saved", line.status);
  }
};

TEST_F(KillsTest, EachWorkerInMidTransfer) {
  const auto paths = serve_stuck_once(16);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j16"}));
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
  FanfetchProcess process(list_setup(paths, {"-w2", "-j8"}));
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

TEST_F(KillsTest, StoppedWorkerIsReplaced) {
  const auto paths = serve_stuck_once(8);
  FanfetchProcess process(list_setup(paths, {"-w2", "-j8", "--stall-timeout=10m"}));
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
  FanfetchProcess process(list_setup(paths, {"-w4", "-j32"}));
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
    FanfetchProcess process(list_setup(paths, {"-w2", "-j16"}));
    ASSERT_TRUE(origin_.wait_for_at_once(16));
    process.signal(SIGKILL);
    EXPECT_EQ(SIGKILL, finish(process).signal);
  }
  expect_all_saved(run(list_setup(paths, {"-w2", "-j16"})));
}

TEST_F(KillsTest, LinkThatKillsItsWorker) {
  const auto paths = serve_many(40, 20'000, 20ms);
  std::atomic<pid_t> session = 0;
  std::atomic<int> not_found = 0;
  origin_.serve("/killer.jpg", [&](Connection& connection, const Request&) {
    const auto find = [&] {
      return owner_of_connection(session, connection.peer_port(), origin_.port());
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
  links.insert(links.begin() + 10, "/killer.jpg");
  FanfetchProcess process(list_setup(links, {"-w2", "-j8"}));
  session = process.pid();
  const Finished finished = finish(process);
  EXPECT_EQ(0, not_found);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_TRUE(served() == saved_files()) << "no other link suffers\n" << finished.describe();
  // Once among others, three times alone.
  EXPECT_GE(origin_.count("/killer.jpg"), 3u);
  EXPECT_LE(origin_.count("/killer.jpg"), 4u);
  const auto lines = records();
  ASSERT_EQ(41u, lines.size());
  EXPECT_EQ("failed", lines[10].status);
  EXPECT_EQ("crashed_worker", lines[10].error);
}

}  // namespace
}  // namespace fanfetch::system
