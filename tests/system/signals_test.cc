// Signals and readers that go away: what ends a run, how, and what is kept.

#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <filesystem>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

constexpr auto kGrace = 10s;   // for the links in flight after the first signal
constexpr auto kCutTime = 2s;  // for the workers to write checkpoints after that

class SignalsTest : public SystemTest {
 protected:
  /// 20 links that stop half-way until gate_ opens, four of them in flight.
  std::unique_ptr<FanfetchProcess> start_held(int ignored_signal = 0) {
    const auto paths = serve_many(20);
    for (const auto& [name, bytes] : served()) {
      origin_.serve("/" + name, half_then_gate(bytes, gate_));
    }
    Launch given = list_setup(paths, {"-w2", "-j4"});
    given.ignored_signal = ignored_signal;
    auto process = std::make_unique<FanfetchProcess>(given);
    EXPECT_TRUE(origin_.wait_for_at_once(4));
    return process;
  }
  void expect_drained(const Finished& finished, int signal) {
    EXPECT_EQ(signal, finished.signal) << finished.describe();
    EXPECT_EQ(4u, origin_.count()) << "no new link is begun";
    const auto files = saved_files();
    EXPECT_EQ(4u, files.size()) << finished.describe();
    for (const auto& [name, bytes] : files) EXPECT_TRUE(served().at(name) == bytes) << name;
    std::size_t saved = 0;
    for (const ResultLine& line : records()) saved += line.status == "saved" ? 1 : 0;
    EXPECT_EQ(4u, saved);
    EXPECT_TRUE(has(finished.err, "Took ")) << finished.describe();
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

class DrainTest : public SignalsTest, public ::testing::WithParamInterface<int> {};

TEST_P(DrainTest, FinishesWhatIsInFlight) {
  const auto process = start_held();
  ASSERT_TRUE(process->signal_and_wait(GetParam()));
  gate_->open();
  expect_drained(finish(*process), GetParam());
}

TEST_P(DrainTest, ReachesTheWholeGroup) {  // as Ctrl-C does, or a terminal that closes
  const auto process = start_held();
  process->signal_all(GetParam());
  ASSERT_TRUE(
      eventually([&] { return !signal_is_pending(process->pid(), GetParam()); }, kPatience));
  gate_->open();
  expect_drained(finish(*process), GetParam());
}

INSTANTIATE_TEST_SUITE_P(Signals, DrainTest, ::testing::Values(SIGINT, SIGTERM, SIGHUP));

TEST_F(SignalsTest, SecondSignalStopsAtOnce) {
  const auto process = start_held();
  const auto start = std::chrono::steady_clock::now();
  ASSERT_TRUE(process->signal_and_wait(SIGINT));
  process->signal(SIGINT);
  const Finished finished = finish(*process);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kGrace - 2s);
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
  EXPECT_TRUE(saved_files().empty());
}

/// A stopped process stands for one that sleeps in the kernel, waiting for a disk.
TEST_F(SignalsTest, AWorkerThatCannotWriteIsKilledTwoSecondsAfterTheGrace) {
  const auto process = start_held();
  const auto start = std::chrono::steady_clock::now();
  for (const pid_t worker : process->workers()) ASSERT_EQ(0, ::kill(worker, SIGSTOP));
  process->signal(SIGTERM);
  const Finished finished = finish(*process);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, kGrace + kCutTime - 1s);
  EXPECT_LT(took, 2 * kGrace);
  EXPECT_EQ(SIGTERM, finished.signal) << finished.describe();
  EXPECT_TRUE(saved_files().empty());
  EXPECT_TRUE(records().empty()) << "unfinished is not failed";
}

TEST_F(SignalsTest, ASecondSignalKillsAWorkerThatCannotWrite) {
  const auto process = start_held();
  const auto start = std::chrono::steady_clock::now();
  for (const pid_t worker : process->workers()) ASSERT_EQ(0, ::kill(worker, SIGSTOP));
  ASSERT_TRUE(process->signal_and_wait(SIGINT));
  process->signal(SIGINT);
  const Finished finished = finish(*process);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kGrace - 2s);
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
  EXPECT_TRUE(finished.left_behind.empty()) << finished.describe();
}

TEST_F(SignalsTest, TheGraceIsTenSeconds) {
  const auto process = start_held();
  const auto start = std::chrono::steady_clock::now();
  process->signal(SIGTERM);
  const Finished finished = finish(*process);
  const auto took = std::chrono::steady_clock::now() - start;
  EXPECT_GE(took, kGrace - 1s);
  EXPECT_LT(took, 2 * kGrace);
  EXPECT_EQ(SIGTERM, finished.signal) << finished.describe();
  EXPECT_TRUE(saved_files().empty());
}

TEST_F(SignalsTest, IgnoredHangUpStaysIgnored) {
  const auto process = start_held(SIGHUP);
  process->signal_all(SIGHUP);
  gate_->open();
  const Finished finished = finish(*process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(served(), saved_files());
}

TEST_F(SignalsTest, WaitingForStdinEndsAtOnce) {
  Launch given = setup({"-"});
  given.stdin_pipe = true;
  origin_.serve("/a.jpg", ok(picture()));
  FanfetchProcess process(given);
  process.write_stdin(origin_.url("/a.jpg") + "\n");
  ASSERT_TRUE(eventually([&] { return saved_files().size() == 1; }, kPatience));
  const auto start = std::chrono::steady_clock::now();
  process.signal(SIGINT);
  const Finished finished = finish(process);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kGrace - 2s) << "nothing is in flight";
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
}

TEST_F(SignalsTest, WaitingForARetryEndsAtOnce) {
  origin_.serve("/a.jpg", status(503, {{"Retry-After", "100"}}));
  FanfetchProcess process(list_setup({"/a.jpg"}));
  ASSERT_TRUE(origin_.wait_for_count("/a.jpg", 1));
  const auto start = std::chrono::steady_clock::now();
  process.signal(SIGINT);
  const Finished finished = finish(process);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kGrace - 2s);
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
}

TEST_F(SignalsTest, WaitingForAListingEndsAtOnce) {
  origin_.serve("/3/gallery/hot/viral/0", Reply{.silent = true});
  Launch given = setup({"--api-base", origin_.url()});
  given.env["IMGUR_CLIENT_ID"] = "id";
  FanfetchProcess process(given);
  ASSERT_TRUE(origin_.wait_for_count("", 1));
  const auto start = std::chrono::steady_clock::now();
  process.signal(SIGINT);
  const Finished finished = finish(process);
  EXPECT_LT(std::chrono::steady_clock::now() - start, kGrace - 2s);
  EXPECT_EQ(SIGINT, finished.signal) << finished.describe();
}

TEST_F(SignalsTest, ReaderOfStdoutGone) {
  // Two seconds and more, where results are flushed every half.
  const auto paths = serve_many(400, 1000, 20ms);
  Launch given = list_setup(paths, {"-w2", "-j4"});
  given.args.back() = "--results=-";
  given.stdout_unread = true;
  const Finished finished = run(given);
  EXPECT_EQ(SIGPIPE, finished.signal) << finished.describe();
  EXPECT_LT(origin_.count(), 400u) << "the run drains, it does not go on";
}

TEST_F(SignalsTest, RecordsThatNobodyReceivedAreCounted) {
  Launch given = list_setup(serve_many(5));
  given.args.back() = "--results=-";
  given.stdout_unread = true;
  const Finished finished = run(given);
  EXPECT_EQ(SIGPIPE, finished.signal) << finished.describe();
  EXPECT_EQ(5u, saved_files().size()) << finished.describe();
  EXPECT_TRUE(has(finished.err, "5 links that")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "have no record in the results")) << finished.describe();
  EXPECT_TRUE(has(last_line(finished.err), "5 saved")) << finished.describe();
}

TEST_F(SignalsTest, ReaderOfStderrGone) {
  const auto paths = serve_many(30);
  Launch given = list_setup(paths, {"-v", "--progress=plain"});
  given.stderr_unread = true;
  const Finished finished = run(given);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(served(), saved_files());
}

/// Opening a FIFO waits for its reader; nothing is in flight yet that would have to be drained.
TEST_F(SignalsTest, WaitingForTheReaderOfTheResultsEndsAtOnce) {
  const std::string fifo = folder_.at("fifo");
  ASSERT_EQ(0, ::mkfifo(fifo.c_str(), 0600));
  Launch given = list_setup({"/a.jpg"});
  given.args.back() = "--results=" + fifo;
  FanfetchProcess process(given);
  const auto lock = std::filesystem::path(output()) / ".fanfetch/lock";
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(lock); }, kPatience));
  process.signal(SIGTERM);
  EXPECT_EQ(SIGTERM, finish(process).signal);
}

TEST_F(SignalsTest, StderrOnAFullDiskChangesNoExitStatus) {
  for (const auto& [args, status] : {std::pair{"--nosuch", 2}, {"--dry-run ./no-such-list", 3}}) {
    Launch given;
    given.program = "/bin/sh";
    given.args = {"-c", std::string("exec \"$FANFETCH\" --no-config ") + args + " 2>/dev/full"};
    given.env["FANFETCH"] = ::getenv("FANFETCH");
    EXPECT_EQ(status, run(given).exit_status) << args;
  }
}

TEST_F(SignalsTest, ClosedStandardDescriptorsCostNothing) {
  const auto paths = serve_many(5);
  Launch given = list_setup(paths);
  given.args.insert(given.args.begin(),
                    {"-c", "exec \"$0\" \"$@\" <&- >&- 2>&-", ::getenv("FANFETCH")});
  given.program = "/bin/sh";
  EXPECT_EQ(0, run(given).exit_status);
  EXPECT_EQ(served(), saved_files());
}

}  // namespace
}  // namespace fanfetch::system
