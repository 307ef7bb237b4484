// Ends that were asked for, and looks that are: limits of a run, and SIGUSR1.

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

#include <algorithm>
#include <filesystem>

#include "common/unique_fd.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class EndsTest : public SystemTest {
 protected:
  /// 20 links that stop half-way until gate_ opens, four of them in flight.
  Launch held_setup(std::vector<std::string> args) {
    links_ = serve_many(20);
    for (const auto& [name, bytes] : served()) {
      origin_.serve("/" + name, half_then_gate(bytes, gate_));
    }
    args.insert(args.end(), {"-w2", "-j4"});
    return list_setup(links_, std::move(args));
  }
  /// As `fanfetch status` shows it.
  [[nodiscard]] std::string last_run() { return run({.args = {"status", output()}}).out; }
  /// Ended with `status`, said why and how to go on, and wrote down what ended it.
  void expect_end(const Finished& finished, int status, std::string_view why,
                  std::string_view ending) {
    EXPECT_EQ(finished.exit_status, status) << finished.describe();
    EXPECT_TRUE(has(finished.err, why)) << finished.describe();
    EXPECT_TRUE(has(finished.err, "the same command goes on")) << finished.describe();
    EXPECT_TRUE(has(finished.err, "Took ")) << finished.describe();
    const std::string shown = last_run();
    EXPECT_TRUE(has(shown, ending)) << shown;
  }
  /// Lets the run that is going on end: its time is over as soon as it hears of it.
  void end_soon() {
    const Finished told = run({.args = {"set", output(), "max-duration=1s"}});
    EXPECT_EQ(told.exit_status, 0) << told.describe();
  }
  /// The same command without limits fetches what is missing, and nothing else.
  void expect_next_run_goes_on() {
    const auto before = saved_files();
    const std::size_t asked = origin_.count();
    const Finished finished = run(list_setup(links_));
    EXPECT_EQ(finished.exit_status, 0) << finished.describe();
    EXPECT_EQ(served(), saved_files());
    for (std::size_t i = asked; i < origin_.requests().size(); ++i) {
      EXPECT_FALSE(before.contains(origin_.requests()[i].path.substr(1)));
    }
  }

  std::vector<std::string> links_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

TEST_F(EndsTest, MaxDurationLetsWhatIsInFlightFinish) {
  FanfetchProcess process(held_setup({}));
  ASSERT_TRUE(origin_.wait_for_at_once(4));
  end_soon();
  EXPECT_TRUE(process.wait_for_stderr("4 in flight get 10 s to finish"));
  gate_->open();
  const Finished finished = finish(process);
  expect_end(finished, 6, "--max-duration", "ended by --max-duration");
  EXPECT_EQ(origin_.count(), 4u) << "no new link is begun";
  EXPECT_EQ(saved_files().size(), 4u);
  EXPECT_EQ(records().size(), 4u);
  for (const ResultLine& line : records()) EXPECT_EQ(line.status, "saved");
  expect_next_run_goes_on();
}

TEST_F(EndsTest, WhatIsInFlightGetsTenSecondsNoMore) {
  FanfetchProcess process(held_setup({}));
  ASSERT_TRUE(origin_.wait_for_at_once(4));
  end_soon();
  const Finished finished = finish(process);
  EXPECT_EQ(finished.exit_status, 6) << finished.describe();
  EXPECT_GE(finished.took, 10s);
  EXPECT_TRUE(saved_files().empty());
  EXPECT_TRUE(records().empty()) << "unfinished is not failed";
}

TEST_F(EndsTest, ARunThatIsDoneInTimeIsNotEnded) {
  links_ = serve_many(5);
  const Finished finished =
      run(list_setup(links_, {"--max-duration=1h", "--max-transfer=1G", "--min-free=1K"}));
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  EXPECT_TRUE(has(last_run(), "finished"));
}

TEST_F(EndsTest, ARunThatIsWholeAfterAllEndsWell) {
  origin_.serve("/a.jpg", half_then_gate(picture("body"), gate_));
  FanfetchProcess process(list_setup({"/a.jpg"}));
  ASSERT_TRUE(origin_.wait_for_at_once(1));
  end_soon();
  EXPECT_TRUE(process.wait_for_stderr("1 in flight get 10 s to finish"));
  gate_->open();
  const Finished finished = finish(process);
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  EXPECT_FALSE(has(finished.err, "goes on from here")) << finished.describe();
}

TEST_F(EndsTest, MaxTransfer) {
  links_ = serve_many(60, 20'000, 50ms);
  const Finished finished = run(list_setup(links_, {"-w1", "-j2", "--max-transfer=200K"}));
  expect_end(finished, 6, "--max-transfer 200", "ended by --max-transfer");
  EXPECT_GE(saved_files().size(), 10u);
  EXPECT_LT(saved_files().size(), 60u);
  expect_next_run_goes_on();
}

TEST_F(EndsTest, ALimitIsNoErrorForQuietRuns) {
  links_ = serve_many(3, 1000, 3s);
  const Finished finished = run(list_setup(links_, {"-j1", "--max-transfer=1", "-q"}));
  EXPECT_EQ(finished.exit_status, 6) << finished.describe();
}

TEST_F(EndsTest, MinFreeBeforeTheStart) {
  links_ = serve_many(3);
  const Finished finished = run(list_setup(links_, {"--min-free=4000T"}));
  EXPECT_EQ(finished.exit_status, 4) << finished.describe();
  EXPECT_TRUE(has(finished.err, "free in '" + output() + "'")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "--min-free")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "make room")) << finished.describe();
  EXPECT_EQ(origin_.count(), 0u);
  expect_next_run_goes_on();
}

TEST_F(EndsTest, ARetryThatWaitsForLongerThanTheRunMayLastDoesNotHoldIt) {
  origin_.serve("/a.jpg", status(503, {{"Retry-After", "300"}}));
  const Finished finished = run(list_setup({"/a.jpg"}, {"--max-duration=100s"}));
  EXPECT_EQ(finished.exit_status, 6) << finished.describe();
  EXPECT_LT(finished.took, 50s);
  EXPECT_TRUE(has(finished.err, "all links wait for longer")) << finished.describe();
}

// --- SIGUSR1 ---

class StatusSignalTest : public EndsTest, public ::testing::WithParamInterface<const char*> {};

TEST_P(StatusSignalTest, PrintsOneLineAndEndsNothing) {
  FanfetchProcess process(held_setup({GetParam()}));
  ASSERT_TRUE(origin_.wait_for_at_once(4));
  process.signal(SIGUSR1);
  EXPECT_TRUE(process.wait_for_stderr("0 failed"));
  process.signal_all(SIGUSR1);  // by a name that the workers have too
  gate_->open();
  const Finished finished = finish(process);
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
  EXPECT_FALSE(has(finished.err, "killed")) << finished.describe();
  const auto lines = lines_of(finished.err);
  const auto asked = std::count_if(lines.begin(), lines.end(), [](const std::string& line) {
    return has(line, " done, 0 failed, ");
  });
  EXPECT_GE(asked, 1) << finished.describe();
  EXPECT_LE(asked, 2) << finished.describe();
  EXPECT_EQ(served(), saved_files());
}

INSTANTIATE_TEST_SUITE_P(Styles, StatusSignalTest,
                         ::testing::Values("--progress=none", "-q", "-v"));

/// The run waits for the folder's lock, which is the longest of what precedes the loop.
TEST_F(EndsTest, SigUsr1BeforeTheLoopEndsNothing) {
  fs::create_directories(output() + "/.fanfetch");
  const UniqueFd lock(
      ::open((output() + "/.fanfetch/lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666));
  ASSERT_EQ(0, ::flock(lock.get(), LOCK_EX));
  links_ = serve_many(3);
  FanfetchProcess process(list_setup(links_));
  const auto waits_for_lock = [&] {
    std::error_code none;
    const std::string proc = "/proc/" + std::to_string(process.pid());
    // Until it is fanfetch, it has our lock's descriptor.
    if (fs::equivalent(proc + "/exe", "/proc/self/exe", none)) return false;
    for (const auto& fd : fs::directory_iterator(proc + "/fd", none)) {
      if (has(fs::read_symlink(fd.path(), none).string(), "/.fanfetch/lock")) return true;
    }
    return false;
  };
  ASSERT_TRUE(eventually(waits_for_lock, kPatience));
  process.signal(SIGUSR1);
  EXPECT_TRUE(signal_is_pending(process.pid(), SIGUSR1));
  ::flock(lock.get(), LOCK_UN);
  const Finished finished = finish(process);
  EXPECT_EQ(finished.exit_status, 0) << finished.describe();
}

}  // namespace
}  // namespace fanfetch::system
