// fanfetch pause, resume, set and stop, and the socket behind them: what they do is seen at the
// origin, and whatever clients do costs the run nothing.

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <thread>

#include "coordinator/control/socket.h"
#include "tests/support/as_nobody.h"
#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

using std::chrono::steady_clock;

/// One client of a run, without any manners of its own.
class Client {
 public:
  explicit Client(const std::string& output, std::vector<uid_t> users = {}) {
    auto fd = connect_to_control({.output = output}, users);
    if (fd) fd_ = std::move(*fd);
  }
  [[nodiscard]] bool connected() const { return fd_.valid(); }
  /// False: the run has hung up.
  bool send(std::string_view bytes) const {
    return ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
           static_cast<ssize_t>(bytes.size());
  }
  /// Up to the next LF; what there is if the run hangs up, or says nothing for `limit`.
  [[nodiscard]] std::string line(std::chrono::milliseconds limit = kPatience) const {
    std::string text;
    char byte = 0;
    pollfd wait{.fd = fd_.get(), .events = POLLIN, .revents = 0};
    while (!text.ends_with('\n') && ::poll(&wait, 1, static_cast<int>(limit.count())) == 1 &&
           ::recv(fd_.get(), &byte, 1, 0) == 1) {
      text += byte;
    }
    return text;
  }
  [[nodiscard]] std::string ask(std::string_view request) const {
    return send(fmt::format("{}\n", request)) ? line() : "";
  }

 private:
  UniqueFd fd_;
};

/// The number behind `"key":` in an answer; the sum of all of them.
std::uint64_t sum_of(std::string_view answer, std::string_view key) {
  std::uint64_t sum = 0;
  const std::string wanted = fmt::format("\"{}\":", key);
  for (std::size_t at = answer.find(wanted); at != answer.npos; at = answer.find(wanted, at + 1)) {
    sum += std::strtoull(answer.data() + at + wanted.size(), nullptr, 10);
  }
  return sum;
}

// A run must last for longer than the commands that it is told by take to start.
#ifdef __SANITIZE_ADDRESS__
constexpr auto kEachTakes = 1000ms;
#else
constexpr auto kEachTakes = 100ms;
#endif

class ControlTest : public CommandTest {
 protected:
  /// A run over `count` links, with 8 at once.
  std::unique_ptr<FanfetchProcess> start(std::size_t count,
                                         std::chrono::milliseconds each_takes = kEachTakes) {
    auto process = std::make_unique<FanfetchProcess>(
        list_setup(serve_many(count, 2000, each_takes), {"-j8", "-w2", "--per-host=8"}));
    EXPECT_TRUE(origin_.wait_for_count("", 8));
    return process;
  }
  /// A run whose transfers stop half-way until gate_ opens.
  std::unique_ptr<FanfetchProcess> start_held(std::vector<std::string> args = {}) {
    const auto paths = serve_many(20);
    for (const auto& [name, bytes] : served()) {
      origin_.serve("/" + name, half_then_gate(bytes, gate_));
    }
    args.insert(args.begin(), {"-w2", "-j4"});
    auto process = std::make_unique<FanfetchProcess>(list_setup(paths, args));
    EXPECT_TRUE(origin_.wait_for_at_once(4));
    return process;
  }
  /// What the command says; it has to end with `status`.
  std::string tell(std::vector<std::string> words, int status = 0) {
    words.insert(words.begin() + 1, output());
    const Finished finished = command(words);
    EXPECT_EQ(status, finished.exit_status) << finished.describe();
    EXPECT_EQ("", status == 0 ? finished.err : finished.out);
    return status == 0 ? finished.out : finished.err;
  }
  [[nodiscard]] std::string run_name(const FanfetchProcess& process) const {
    return fmt::format("the run in '{}' (pid {})", output(), process.pid());
  }
  void expect_whole(FanfetchProcess& process) {
    const Finished finished = finish(process);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(served(), saved_files());
    EXPECT_FALSE(std::filesystem::exists(socket())) << "it goes with the run";
  }
  /// How many a process has: one more for each client.
  [[nodiscard]] static std::size_t descriptors_of(pid_t pid) {
    const std::filesystem::directory_iterator all(fmt::format("/proc/{}/fd", pid));
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
  }
  [[nodiscard]] std::string socket() const { return output() + "/.fanfetch/control"; }
  /// The most requests at once that the origin sees for a while.
  [[nodiscard]] std::size_t most_at_once_for(std::chrono::milliseconds time) const {
    std::size_t most = 0;
    for (const auto end = steady_clock::now() + time; steady_clock::now() < end;) {
      most = std::max(most, origin_.at_once());
      std::this_thread::sleep_for(2ms);
    }
    return most;
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
};

// --- pause, resume ---

TEST_F(ControlTest, NothingNewStartsUntilItIsResumed) {
  const auto process = start(60);
  EXPECT_EQ(run_name(*process) + " is paused: what is in flight finishes\n", tell({"pause"}));
  EXPECT_TRUE(process->wait_for_stderr("paused: "));
  EXPECT_TRUE(eventually([&] { return origin_.at_once() == 0; }, kPatience));
  const std::size_t asked = origin_.count();
  std::this_thread::sleep_for(700ms);
  EXPECT_EQ(asked, origin_.count());
  EXPECT_LT(asked, 60u);
  EXPECT_EQ(run_name(*process) + " is paused already\n", tell({"pause"}));
  EXPECT_EQ(fmt::format("the run in 'images' (pid {}) is paused already\n", process->pid()),
            command({"pause"}).out)
      << "the one folder here with a ledger";
  EXPECT_TRUE(has(Client(output()).ask(R"({"request":"status"})"),
                  R"("state":"paused","paused_ms":null,)"));
  EXPECT_EQ(run_name(*process) + " goes on\n", tell({"resume"}));
  EXPECT_TRUE(process->wait_for_stderr("resumed"));
  EXPECT_TRUE(origin_.wait_for_count("", asked + 1));
  EXPECT_EQ(run_name(*process) + " is not paused\n", tell({"resume"}));
  expect_whole(*process);
}

TEST_F(ControlTest, APauseMayEndOfItself) {
  const auto process = start(40);
  EXPECT_EQ(run_name(*process) + " is paused for 1.5s: what is in flight finishes\n",
            tell({"pause", "--for", "1.5s"}));
  const auto paused = steady_clock::now();
  EXPECT_TRUE(eventually([&] { return origin_.at_once() == 0; }, kPatience));
  const std::size_t asked = origin_.count();
  EXPECT_TRUE(origin_.wait_for_count("", asked + 1));
  EXPECT_GE(steady_clock::now() - paused, 1s);
  EXPECT_TRUE(process->wait_for_stderr("the pause is over"));
  expect_whole(*process);
}

// --- Timetables ---

/// A time zone in which it is 8 o'clock after so long.
std::string zone_before_8(std::chrono::seconds left) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  const auto time = now - std::chrono::floor<std::chrono::days>(now);
  auto ahead = 8h - left - time;
  if (ahead < -12h) ahead += 24h;
  const std::chrono::hh_mm_ss parts(std::chrono::abs(ahead));
  return fmt::format("FAR{}{:02}:{:02}:{:02}", ahead < 0s ? "" : "-", parts.hours().count(),
                     parts.minutes().count(), parts.seconds().count());
}

TEST_F(ControlTest, ATimetableHoldsFromTheStart) {
  // What is listed last held the evening before.
  Launch launch = list_setup(serve_many(20), {"-w2", "--limit-rate=23:00,pause 8:00,off"});
  launch.env["TZ"] = zone_before_8(3h);
  FanfetchProcess process(launch);
  EXPECT_TRUE(process.wait_for_stderr("--limit-rate: pause until 08:00"));
  EXPECT_TRUE(has(tell({"set"}), "  now pause until 08:00\n"));
  const std::string status = Client(output()).ask(R"({"request":"status"})");
  EXPECT_TRUE(has(status, R"("state":"paused")")) << status;
  EXPECT_TRUE(has(status, "paused until 08:00")) << status;
  // The report learns of it within a second.
  EXPECT_TRUE(eventually(
      [&] {
        process.signal(SIGUSR1);
        return process.stderr_now().find(", paused until 08:00") != std::string::npos;
      },
      kPatience));
  EXPECT_EQ(0u, origin_.count());
  EXPECT_EQ(run_name(process) + " goes on\n", tell({"resume"}));
  EXPECT_TRUE(process.wait_for_stderr("resumed: --limit-rate off until 08:00"));
  expect_whole(process);
}

TEST_F(ControlTest, ATimetableGoesByTheClock) {
  const auto paths = serve_many(20);
  for (const auto left : {2s, 10s, 30s}) {  // it may be 8 before a busy machine has started it
    Launch launch = list_setup(paths, {"-w2", "--limit-rate=23:00,pause 8:00,off"});
    launch.env["TZ"] = zone_before_8(left);
    FanfetchProcess process(launch);
    EXPECT_TRUE(process.wait_for_stderr("--limit-rate: "));
    const Finished finished = finish(process, 60s);
    EXPECT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(served(), saved_files());
    if (has(finished.err, "--limit-rate: off until 23:00")) continue;
    EXPECT_TRUE(has(finished.err, "the pause is over: --limit-rate off until 23:00"))
        << finished.describe();
    return;
  }
  FAIL() << "it never started in time";
}

TEST_F(ControlTest, ATimetableOfMidRunIsResumedAndReplaced) {
  Launch launch = list_setup(serve_many(120, 2000, kEachTakes), {"-j4", "-w2"});
  launch.env["TZ"] = zone_before_8(3h);
  FanfetchProcess process(launch);
  EXPECT_TRUE(origin_.wait_for_count("", 4));
  EXPECT_TRUE(has(tell({"set", "limit-rate=25:00,pause"}, 2), "'25:00' is not a time of the day"));
  EXPECT_EQ(run_name(process) + " goes on with limit-rate='04:00,pause 8:00,1M'\n",
            tell({"set", "limit-rate=04:00,pause 8:00,1M"}));
  EXPECT_TRUE(
      process.wait_for_stderr("set limit-rate 04:00,pause 08:00,1M: now pause until 08:00"));
  EXPECT_TRUE(eventually([&] { return origin_.at_once() == 0; }, kPatience));
  const std::size_t asked = origin_.count();
  EXPECT_LT(asked, 120u);
  EXPECT_EQ(run_name(process) + " goes on\n", tell({"resume"}));
  EXPECT_TRUE(process.wait_for_stderr("resumed: --limit-rate 1M until 08:00"));
  EXPECT_TRUE(origin_.wait_for_count("", asked + 1));
  (void)tell({"set", "limit-rate=default"});
  EXPECT_FALSE(has(tell({"set"}), "08:00"));
  expect_whole(process);
}

// --- stop ---

TEST_F(ControlTest, StopLetsWhatIsInFlightFinish) {
  const auto process = start_held();
  EXPECT_EQ(run_name(*process) + " stops\n", tell({"stop", "--no-wait"}));
  EXPECT_EQ(run_name(*process) + " is stopping already\n", tell({"stop", "--no-wait"}));
  EXPECT_EQ("fanfetch: the run is ending\n", tell({"pause"}, 4));
  const std::size_t before = descriptors_of(process->pid());
  FanfetchProcess waits(command_setup({"stop", output()}));
  EXPECT_TRUE(eventually([&] { return descriptors_of(process->pid()) > before; }, kPatience));
  EXPECT_FALSE(waits.ended()) << "the folder is not free";
  gate_->open();
  EXPECT_EQ(run_name(*process) + " has stopped\n", finish(waits).out);
  const Finished finished = finish(*process);
  EXPECT_EQ(6, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "stopped by fanfetch stop")) << finished.err;
  EXPECT_EQ(4u, origin_.count()) << "no new link is begun";
  EXPECT_EQ(4u, saved_files().size());
}

TEST_F(ControlTest, APausedRunStopsToo) {
  const auto process = start(60);
  (void)tell({"pause"});
  EXPECT_TRUE(eventually([&] { return origin_.at_once() == 0; }, kPatience));
  (void)tell({"stop"});
  EXPECT_EQ(6, finish(*process).exit_status);
  // The folder is free: the next run begins unpaused.
  EXPECT_EQ(0, run(list_setup(serve_many(60, 2000), {})).exit_status);
  EXPECT_EQ(served(), saved_files());
}

TEST_F(ControlTest, WithoutARunTheCommandOfTheLastOneIsNamed) {
  const std::string nobody = fmt::format("fanfetch: no run is going on in '{}'", output());
  EXPECT_TRUE(has(tell({"pause"}, 2), "there is no folder"));
  std::filesystem::create_directory(output());
  EXPECT_EQ(nobody + "\n", tell({"pause"}, 1));
  Launch launch = list_setup(serve_many(1), {"-H", "X-Key: s3cret"});
  EXPECT_EQ(0, run(launch).exit_status);
  for (const std::string word : {"pause", "resume", "stop", "set"}) {
    const std::string text = tell({word}, 1);
    EXPECT_TRUE(text.starts_with(
        nobody + "; to go on with what the last one left, give its command again: fanfetch "))
        << text;
    EXPECT_TRUE(has(text, "-H 'X-Key: …'")) << text;
    EXPECT_TRUE(has(text, launch.args.back())) << text;
    EXPECT_FALSE(has(text, "s3cret"));
  }
}

// --- set ---

TEST_F(ControlTest, JobsAreFewerAndAsManyAsBefore) {
  const auto process = start(200);
  EXPECT_EQ(run_name(*process) + " goes on with jobs=2\n", tell({"set", "jobs=2"}));
  EXPECT_TRUE(process->wait_for_stderr("set jobs 2"));
  // What was on its way before may show later: fewer at one moment are not fewer for good.
  EXPECT_TRUE(eventually([&] { return most_at_once_for(500ms) <= 2; }, kPatience));
  EXPECT_EQ(run_name(*process) + " has already jobs=2\n", tell({"set", "jobs=2"}));
  EXPECT_TRUE(has(tell({"set", "rate=0", "jobs=9"}, 2), "the most that may be set"));
  EXPECT_TRUE(has(tell({"set"}), "jobs          2     began with 8\n")) << tell({"set"});
  (void)tell({"set", "jobs=default"});
  EXPECT_TRUE(eventually([&] { return origin_.at_once() > 4; }, kPatience));
  expect_whole(*process);
}

TEST_F(ControlTest, WhatIsWrongChangesNothing) {
  const auto process = start_held();
  EXPECT_TRUE(has(tell({"set", "jobs=1", "speed=2"}, 2), "speed: it is not one of jobs, "));
  EXPECT_TRUE(has(tell({"set", "jobs=1", "rate=fast"}, 2), "rate: 'fast'"));
  EXPECT_TRUE(has(tell({"set", "jobs"}, 2), "'jobs' is not NAME=VALUE"));
  EXPECT_FALSE(has(tell({"set"}), "began with"));
  gate_->open();
  expect_whole(*process);
}

TEST_F(ControlTest, ARateOfRequestsIsKept) {
  const auto process = start(60);
  (void)tell({"set", "rate=4/s"});
  std::this_thread::sleep_for(500ms);
  const std::size_t before = origin_.count();
  std::this_thread::sleep_for(2s);
  EXPECT_LE(origin_.count() - before, 10u);
  EXPECT_GE(origin_.count() - before, 4u);
  (void)tell({"set", "rate=default"});
  expect_whole(*process);
}

TEST_F(ControlTest, ALimitOfBytesHoldsForWhatIsInFlight) {
  origin_.serve("/big.jpg",
                Reply{.body = noise(24'000'000), .drip_bytes = 64'000, .drip_every = 10ms});
  FanfetchProcess process(list_setup({"/big.jpg"}, {"-w1", "-j1"}));
  EXPECT_TRUE(origin_.wait_for_at_once(1));
  const auto bytes = [&] {
    return sum_of(Client(output()).ask(R"({"request":"workers"})"), "bytes");
  };
  EXPECT_TRUE(eventually([&] { return bytes() > 0; }, kPatience));
  (void)tell({"set", "limit-rate=200K"});
  std::this_thread::sleep_for(500ms);
  const std::uint64_t before = bytes();
  std::this_thread::sleep_for(2s);
  const std::uint64_t took = bytes() - before;
  EXPECT_LE(took, 3 * 200u * 1024);
  EXPECT_GE(took, 200u * 1024 / 2);
  (void)tell({"set", "limit-rate=default"});
  const Finished finished = finish(process, 40s);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
}

TEST_F(ControlTest, ADurationMayBeSetInMidRun) {
  const auto process = start_held();
  EXPECT_EQ(run_name(*process) + " goes on with max-duration=0.1s\n",
            tell({"set", "max-duration=0.1s"}));
  EXPECT_TRUE(process->wait_for_stderr("--max-duration 0.1 s is over: 4 in flight get 10 s"));
  gate_->open();
  const Finished finished = finish(*process);
  EXPECT_EQ(6, finished.exit_status) << finished.describe();
  EXPECT_EQ(4u, saved_files().size()) << "what is in flight finishes";
}

TEST_F(ControlTest, AnAmountMayBeSetInMidRun) {
  const auto process = start_held();
  EXPECT_TRUE(eventually(
      [&] { return sum_of(Client(output()).ask(R"({"request":"workers"})"), "bytes") > 1025; },
      kPatience));
  (void)tell({"set", "max-transfer=1G"});
  EXPECT_TRUE(has(tell({"set"}), "max-transfer  1G ")) << tell({"set"});
  (void)tell({"set", "max-transfer=1025"});
  EXPECT_TRUE(process->wait_for_stderr("--max-transfer 1025 is reached: 4 in flight get 10 s"));
  gate_->open();
  const Finished finished = finish(*process);
  EXPECT_EQ(6, finished.exit_status) << finished.describe();
  EXPECT_EQ(4u, saved_files().size());
}

TEST_F(ControlTest, AHostIsSkippedInMidRun) {
  const auto process = start_held({"--per-host=4"});
  (void)tell({"set", "host.127.0.0.1=skip"});
  gate_->open();
  const Finished finished = finish(*process);
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(4u, origin_.count());
  std::size_t skipped = 0;
  for (const ResultLine& line : records()) {
    if (line.status != "skipped") continue;
    ++skipped;
    EXPECT_EQ("filtered", line.error);
  }
  EXPECT_EQ(16u, skipped);
}

TEST_F(ControlTest, AHostMayBeSkippedOrLimitedFromTheStart) {
  const auto paths = serve_many(12, 2000, 50ms);
  EXPECT_EQ(0, run(list_setup(paths, {"--host-limit", "127.0.0.1=skip"})).exit_status);
  EXPECT_EQ(0u, origin_.count());
  EXPECT_EQ(0, run(list_setup(paths, {"--host-limit", "127.0.0.1=2"})).exit_status);
  EXPECT_EQ(2u, origin_.most_at_once());
  EXPECT_EQ(served(), saved_files());
  EXPECT_EQ(2, run(list_setup(paths, {"--host-limit", "127.0.0.1"})).exit_status);
}

// --- status ---

TEST_F(ControlTest, StatusHasWhatTheRunKnows) {
  const auto process = start_held();
  EXPECT_TRUE(eventually(
      [&] {
        return has(command({"status", output()}).out, "\n  now: 0 of 20 done");
      },
      kPatience))
      << command({"status", output()}).out;
  const std::string json = command({"status", output(), "--json"}).out;
  EXPECT_TRUE(has(json, R"("live":{"schema":1,"ok":true,"run":1,)")) << json;
  EXPECT_TRUE(has(json, R"("in_flight":4,"held":20,)")) << json;
  FanfetchProcess watch(command_setup({"status", output(), "--watch"}));
  EXPECT_TRUE(watch.wait_for_stdout("0 of 20 done"));
  EXPECT_FALSE(watch.ended());
  gate_->open();
  expect_whole(*process);
  const Finished watched = finish(watch);
  EXPECT_EQ(0, watched.exit_status) << watched.describe();
  EXPECT_TRUE(has(watched.out, "Run 1 finished")) << watched.out;
  EXPECT_FALSE(has(watched.out, "\x1b")) << "not to a pipe";
}

TEST_F(ControlTest, OnATerminalStatusIsWatchedInOneLine) {
  const auto process = start_held();
  Launch launch = command_setup({"status", output(), "--watch"});
  launch.env["TERM"] = "xterm";
  launch.stdout_columns = 30;
  FanfetchProcess watch(launch);
  EXPECT_TRUE(watch.wait_for_stdout("\r0 of 20 done"));
  (void)tell({"pause"});
  EXPECT_TRUE(watch.wait_for_stdout("\x1b[K\r")) << "once more, in the same place";
  (void)tell({"resume"});
  gate_->open();
  expect_whole(*process);
  const Finished watched = finish(watch);
  EXPECT_EQ(0, watched.exit_status) << watched.describe();
  const std::size_t end = watched.out.rfind("\x1b[K");
  ASSERT_NE(end, watched.out.npos);
  EXPECT_EQ('\n', watched.out[end + 3]) << "what follows has lines of its own";
  EXPECT_TRUE(has(watched.out.substr(end), "Run 1 finished")) << watched.out;
  for (std::size_t at = 0; at < end;) {
    const std::size_t next = watched.out.find("\x1b[K", at);
    EXPECT_LT(next - at, 31u) << "one that breaks could not be redrawn";
    EXPECT_EQ('\r', watched.out[at]);
    at = next + 3;
  }
}

// --- Who may ask, and where ---

TEST_F(ControlTest, AnotherUserIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root";
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "LeakSanitizer cannot look at a program that changed its user";
#endif
  const auto process = start_held();
  {
    const AsNobody nobody({}, folder_.path());
    const Finished finished = run(command_setup({"pause", output()}));
    EXPECT_EQ(4, finished.exit_status) << finished.describe();
    EXPECT_EQ(fmt::format("fanfetch: the run in '{}' belongs to root (pid {})\n", output(),
                          process->pid()),
              finished.err);
  }
  // The rights of the file are one guard; who is at the other end is another.
  ASSERT_EQ(0, ::chmod(socket().c_str(), 0666));
  {
    const AsNobody nobody({}, folder_.path());
    const Client client(output());
    ASSERT_TRUE(client.connected());
    EXPECT_TRUE(client.line().starts_with(R"({"schema":1,"ok":false,"error":"not_allowed")"));
    EXPECT_EQ("", client.ask(R"({"request":"stop"})"));
    EXPECT_EQ(4, run(command_setup({"stop", output()})).exit_status);
  }
  gate_->open();
  expect_whole(*process);
}

TEST_F(ControlTest, TheSocketIsItsUsersAlone) {
  const auto process = start_held();
  struct stat status {};
  ASSERT_EQ(0, ::stat(socket().c_str(), &status));
  EXPECT_EQ(S_IFSOCK | 0600, status.st_mode);
  gate_->open();
  expect_whole(*process);
}

TEST_F(ControlTest, AStaleSocketIsReplaced) {
  {
    const auto process = start_held();
    process->signal_all(SIGKILL);
    (void)process->wait();
  }
  EXPECT_TRUE(std::filesystem::exists(socket()));
  EXPECT_TRUE(has(tell({"pause"}, 1), "no run is going on"));
  const auto process = start_held();
  EXPECT_EQ(run_name(*process) + " is paused: what is in flight finishes\n", tell({"pause"}));
  (void)tell({"resume"});
  gate_->open();
  expect_whole(*process);
}

TEST_F(ControlTest, AFolderThatHoldsNoSocketHasItElsewhere) {
  std::filesystem::create_directories(socket() + "/in the way");
  const std::string runtime = folder_.at("runtime");
  std::filesystem::create_directory(runtime);
  Launch launch = list_setup(serve_many(60, 2000, kEachTakes), {"-j4"});
  launch.env["XDG_RUNTIME_DIR"] = runtime;
  FanfetchProcess process(launch);
  EXPECT_TRUE(origin_.wait_for_count("", 4));
  Launch pause = command_setup({"pause", output()});
  pause.env["XDG_RUNTIME_DIR"] = runtime;
  EXPECT_EQ(0, run(pause).exit_status);
  Launch resume = pause;
  resume.args[0] = "resume";
  EXPECT_EQ(0, run(resume).exit_status);
  EXPECT_EQ(0, finish(process).exit_status);
  EXPECT_EQ(served(), saved_files());
  EXPECT_TRUE(std::filesystem::is_empty(runtime));
}

TEST_F(ControlTest, WhereNoPlaceHoldsOneTheRunGoesOn) {
  if (std::filesystem::exists(fmt::format("/run/user/{}", ::geteuid()))) {
    GTEST_SKIP() << "this user has a runtime folder";
  }
  std::filesystem::create_directories(socket() + "/in the way");
  const Finished finished = run(list_setup(serve_many(4)));
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "cannot reach this run: its folder holds no socket"))
      << finished.err;
}

TEST_F(ControlTest, ALongPathIsNoHindrance) {
  const std::string deep = folder_.at(std::string(100, 'a') + "/" + std::string(100, 'b'));
  Launch launch = list_setup(serve_many(60, 2000, kEachTakes), {"-j4"});
  std::ranges::replace(launch.args, output(), deep);
  FanfetchProcess process(launch);
  EXPECT_TRUE(origin_.wait_for_count("", 4));
  EXPECT_EQ(0, command({"stop", deep}).exit_status);
  EXPECT_EQ(6, finish(process).exit_status);
}

TEST_F(ControlTest, ARunOnAnotherMachineIsAskedThere) {
  folder_.write("images/.fanfetch/lock", "42 far 01234567-89ab-cdef-0123-456789abcdef");
  const UniqueFd lock(::open((output() + "/.fanfetch/lock").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(0, ::flock(lock.get(), LOCK_EX));
  EXPECT_EQ(fmt::format("fanfetch: '{}' is held by a run on far (pid 42): ask there\n", output()),
            tell({"pause"}, 4));
}

TEST_F(ControlTest, WhoVerifiesIsNoRun) {
  folder_.write("images/.fanfetch/lock", "42 - - verify");
  const UniqueFd lock(::open((output() + "/.fanfetch/lock").c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(0, ::flock(lock.get(), LOCK_EX));
  for (const std::string word : {"stop", "pause", "set"}) {
    EXPECT_EQ(
        fmt::format("fanfetch: no run is going on in '{}': fanfetch verify (pid 42) holds it\n",
                    output()),
        tell({word}, 1));
  }
}

TEST_F(ControlTest, OneThatDoesNotAnswerIsNamed) {
  const auto process = start_held();
  process->signal(SIGSTOP);
  const auto asked = steady_clock::now();
  EXPECT_EQ(fmt::format("fanfetch: {} does not answer\n", run_name(*process)), tell({"pause"}, 4));
  EXPECT_GE(steady_clock::now() - asked, 4s);
  process->signal(SIGCONT);
  (void)tell({"resume"});
  gate_->open();
  expect_whole(*process);
}

// --- Under fire ---

TEST_F(ControlTest, ClientsOfAllKindsCostTheRunNothing) {
  const auto process = start(400, 100ms);
  std::vector<std::unique_ptr<Client>> silent;
  for (int i = 0; i < 200; ++i) silent.push_back(std::make_unique<Client>(output()));
  std::mt19937 dice(1);
  for (int i = 0; i < 300; ++i) {
    const Client client(output());
    std::string bytes = R"({"request":"set","values":{"jobs":"8","rate":"none"}})";
    const std::size_t at = dice() % bytes.size();
    bytes[at] = static_cast<char>(dice());
    bytes.insert(dice() % bytes.size(), dice() % 100, static_cast<char>(dice()));
    if (bytes.find('\n') != bytes.npos) continue;

    EXPECT_TRUE(has(client.ask(bytes), "{\"schema\":1,\"ok\":"));
  }
  {  // One that sends without end, and one that takes no answer.
    const Client flood(output());
    const std::string zeros(100'000, '0');
    (void)flood.send(zeros);
    EXPECT_TRUE(has(flood.line(), "a request of more than 64 KiB"));
    const Client deaf(output());
    const std::string many = std::string(R"({"request":"workers"})") + "\n";
    std::string all;
    for (int i = 0; i < 2000; ++i) all += many;
    (void)deaf.send(all.substr(0, 40'000));
  }
  for (int i = 0; i < 20; ++i) {  // Those that die in mid-answer.
    const pid_t child = ::fork();
    if (child == 0) {
      const Client client(output());
      (void)client.send("{\"request\":\"hosts\"}\n{\"request\":\"hosts\"}\n");
      ::_exit(0);
    }
    ::waitpid(child, nullptr, 0);
  }
  const auto asked = steady_clock::now();
  const std::string status = Client(output()).ask(R"({"request":"status"})");
  EXPECT_TRUE(status.starts_with(R"({"schema":1,"ok":true,"run":1,)")) << status;
  EXPECT_LE(steady_clock::now() - asked, 5s);
  (void)Client(output()).ask(R"({"request":"set","values":{"jobs":"default","rate":"default"}})");
  expect_whole(*process);
}

TEST_F(ControlTest, OneClientMayAskOftenAndAllAtOnce) {
  const auto process = start_held();
  const Client client(output());
  for (const char* request :
       {R"({"request":"status"})", R"({"request":"hosts","order":"bytes"})",
        R"({"request":"workers"})", R"({"request":"failures"})", R"({"request":"set"})"}) {
    EXPECT_TRUE(client.ask(request).starts_with(R"({"schema":1,"ok":true,)")) << request;
  }
  ASSERT_TRUE(
      client.send("{\"request\":\"status\"}\n{\"request\":\"workers\"}\n{\"request\":\"se"));
  EXPECT_TRUE(has(client.line(), "\"state\":\"running\""));
  EXPECT_TRUE(has(client.line(), "\"workers\":[{\"worker\":1,"));
  ASSERT_TRUE(client.send("t\"}\n"));
  EXPECT_TRUE(has(client.line(), "\"settings\":["));
  gate_->open();
  expect_whole(*process);
}

}  // namespace
}  // namespace fanfetch::system
