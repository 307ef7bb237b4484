// `fanfetch top`, as a user of a terminal sees it: tmux is the terminal.

#include <fmt/format.h>

#include <cstdlib>
#include <memory>

#include "tests/support/real_redis.h"
#include "tests/support/reply.h"
#include "tests/system/command_test.h"
#include "tests/system/tmux.h"

namespace fanfetch::system {
namespace {

class TopTest : public CommandTest {
 protected:
  /// A run whose last link waits for open_gate().
  void begin_run(std::size_t count = 40) {
    const auto paths = serve_many(count);
    origin_.serve_in_turn(paths.back(), {half_then_gate(served().rbegin()->second, gate_)});
    process_ = std::make_unique<FanfetchProcess>(list_setup(paths, {"-w2"}));
    ASSERT_TRUE(origin_.wait_for_count(paths.back(), 1));
  }
  /// All goes on, and to its end.
  void end_run(int status = 0) {
    gate_->open();
    const Finished finished = finish(*process_);
    EXPECT_EQ(status, finished.exit_status) << finished.describe();
    EXPECT_TRUE(served() == saved_files());
  }
  [[nodiscard]] std::string top() const {
    return fmt::format("'{}' top '{}'", ::getenv("FANFETCH"), output());
  }

  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::unique_ptr<FanfetchProcess> process_;
};

TEST_F(TopTest, ShowsAFleet) {
  RealRedis redis;
  (void)redis.ask("SADD ff:jobs list");
  (void)redis.ask(
      "HSET 'ff:{list}:job' id x where /home/list state running protocol 2 partitions 4 lease_ms "
      "30000 stop_ms 10000");
  (void)redis.ask("SET 'ff:{list}:own:1' one-1a2b/7.a:1");
  Tmux terminal(folder_.path(), "C.UTF-8");
  terminal.open(fmt::format("'{}' top --fleet '{}'", ::getenv("FANFETCH"), redis.url()), 80, 24);
  EXPECT_TRUE(terminal.shows({"job list: running", "/home/list", "1 of 4 partitions", "NODES 1",
                              "one-1a2b", "gone", "q quit"}));
  (void)redis.ask("HSET 'ff:{list}:job' state paused");
  EXPECT_TRUE(terminal.shows({"job list: paused"}));
  terminal.press("q");
  EXPECT_TRUE(terminal.shows({"left with 0"}));
}

TEST_F(TopTest, ShowsTheRunOnTerminalsOfAnySize) {
  ASSERT_NO_FATAL_FAILURE(begin_run());
  Tmux terminal(folder_.path(), "C.UTF-8");
  terminal.open(top(), 80, 24);
  const std::vector<std::string> parts{
      "fanfetch",           "running",          "39 of 40 (97%)", "saved 39", "in flight 1",
      "HOSTS by in flight", "http://127.0.0.1", "WORKERS",        "q quit",   "+- jobs 64"};
  EXPECT_TRUE(terminal.shows(parts));
  EXPECT_TRUE(has(terminal.shown(), "█")) << "UTF-8";
  for (const auto& [columns, rows] : {std::pair{60u, 16u}, {200u, 60u}, {80u, 24u}}) {
    terminal.resize(columns, rows);
    auto wanted = parts;
    if (rows < 24) wanted.emplace_back("WORKERS 2:");
    if (rows > 24) wanted.emplace_back("WORKERS  pid");
    EXPECT_TRUE(terminal.shows(wanted)) << columns << 'x' << rows;
  }
  terminal.press("q");
  EXPECT_TRUE(terminal.shows({"left with 0"}));
  EXPECT_FALSE(process_->ended()) << "the view alone was left";
  end_run();
}

TEST_F(TopTest, KeysSteerTheRun) {
  ASSERT_NO_FATAL_FAILURE(begin_run());
  Tmux terminal(folder_.path(), "C");
  terminal.open(top(), 80, 24);
  EXPECT_TRUE(terminal.shows({"running", "p pause", "[####"}));
  terminal.press("p");
  EXPECT_TRUE(terminal.shows({"paused", "p resume"}));
  EXPECT_TRUE(process_->wait_for_stderr("paused"));
  terminal.press("p");
  EXPECT_TRUE(terminal.shows({"running", "p pause"}));
  terminal.press("-");
  EXPECT_TRUE(terminal.shows({"+- jobs 56"}));
  for (const char* key : {"l", "5", "1", "BSpace", "0", "K", "Enter"}) terminal.press(key);
  EXPECT_TRUE(terminal.shows({"l limit 50K"}));
  for (const char* key : {"l", "x", "Enter"}) terminal.press(key);
  EXPECT_TRUE(terminal.shows({"limit-rate"})) << "what is wrong with it";
  for (const char* key : {"l", "o", "f", "f", "Enter"}) terminal.press(key);
  EXPECT_TRUE(terminal.shows({"+- jobs 56"}));
  end_run();
  EXPECT_TRUE(terminal.shows({"has ended", "left with 0"}));
}

TEST_F(TopTest, WithoutATerminalItNamesWhatElseThereIs) {
  const Finished finished = command({"top", output()});
  EXPECT_EQ(2, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "status --watch")) << finished.err;
  EXPECT_TRUE(has(finished.err, "status --json")) << finished.err;
}

TEST_F(TopTest, WithoutARunItSaysHowToGoOn) {
  EXPECT_EQ(0, run(list_setup(serve_many(1))).exit_status);
  Tmux terminal(folder_.path(), "C");
  terminal.open(top(), 200, 24);
  EXPECT_TRUE(terminal.shows({"no run is going on", "left with 1"}));
}

TEST_F(TopTest, ATerminalWithoutACursorIsNone) {
  ASSERT_NO_FATAL_FAILURE(begin_run());
  Tmux terminal(folder_.path(), "C");
  terminal.open("TERM=dumb " + top(), 200, 24);
  EXPECT_TRUE(terminal.shows({"status --watch", "left with 2"}));
  end_run();
}

}  // namespace
}  // namespace fanfetch::system
