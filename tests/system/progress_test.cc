// What a person sees of a run: on a terminal, in a pipe and in the journal.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <regex>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

constexpr std::string_view kClearLine = "\r\x1b[K";

/// What was drawn, one bar or line after the other, without what clears it.
std::vector<std::string> drawn(std::string_view shown) {
  std::vector<std::string> bars;
  while (!shown.empty()) {
    const std::size_t end = std::min(shown.find(kClearLine), shown.size());
    const std::string piece(shown.substr(0, end));
    if (piece.find('\n') == std::string::npos && !piece.empty()) bars.push_back(piece);
    shown.remove_prefix(std::min(end + kClearLine.size(), shown.size()));
  }
  return bars;
}

std::string without_colours(const std::string& text) {
  return std::regex_replace(text, std::regex("\x1b\\[[0-9]*m"), "");
}

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

class ProgressTest : public SystemTest {
 protected:
  /// A run that takes a second or so, seen on a terminal.
  Finished on_terminal(unsigned short columns, std::map<std::string, std::string> env) {
    Launch given = list_setup(serve_many(20, 20'000, 100ms), {"-j2", "--refresh"});
    given.stderr_columns = columns;
    given.env = std::move(env);
    given.env.try_emplace("TERM", "xterm");
    return run(given);
  }
  /// A run with one file and one failure whose stderr, a pipe, is the journal's.
  Launch journal_setup() {
    origin_.serve("/b.jpg", status(403));
    Launch given = list_setup({serve_many(1)[0], "/b.jpg"}, {"-v"});
    given.args.insert(given.args.begin(), {"-c",
                                           "JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2) "
                                           "exec \"$0\" \"$@\"",
                                           ::getenv("FANFETCH")});
    given.program = "/bin/sh";
    return given;
  }
};

TEST_F(ProgressTest, TheBarKeepsItsWidthAndFits) {
  struct Row {
    unsigned short columns;
    std::map<std::string, std::string> env;
    bool colour, blocks;
  };
  const Row kRows[] = {{80, {}, true, true},
                       {40, {}, true, true},
                       {80, {{"LC_ALL", "C"}}, true, false},
                       {40, {{"LC_ALL", "C"}, {"NO_COLOR", "1"}}, false, false},
                       {80, {{"NO_COLOR", "1"}}, false, true}};
  for (const Row& row : kRows) {
    const Finished finished = on_terminal(row.columns, row.env);
    ASSERT_EQ(0, finished.exit_status) << finished.describe();
    EXPECT_EQ(row.colour, has(finished.err, "\x1b[32m")) << finished.describe();
    EXPECT_EQ(row.blocks, has(finished.err, "█")) << finished.describe();
    EXPECT_EQ(row.blocks, !has(finished.err, "] ")) << finished.describe();
    std::size_t width = 0;
    std::size_t framed = 0;
    for (const std::string& bar : drawn(finished.err)) {
      const std::string text = without_colours(bar);
      EXPECT_LE(columns_of(text), row.columns) << text;
      const std::size_t end = text.rfind(row.blocks ? "▏ " : "] ");
      if (end == std::string::npos) continue;
      const std::size_t now = columns_of(text.substr(0, end));
      if (framed++ == 0) width = now;
      EXPECT_EQ(width, now) << text;
    }
    EXPECT_GE(framed, 2u) << finished.describe();
    EXPECT_TRUE(has(last_line(finished.err), "Took ")) << finished.describe();
  }
}

TEST_F(ProgressTest, ADumbTerminalHasNoBar) {
  const Finished finished = on_terminal(80, {{"TERM", "dumb"}});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_FALSE(has(finished.err, "\x1b")) << finished.describe();
  EXPECT_EQ(1u, lines_of(finished.err).size()) << finished.describe();
}

TEST_F(ProgressTest, LinesInAPipeHaveTheirTime) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/b.jpg", status(404));
  origin_.serve("/c.jpg", half_then_gate(picture(noise(4 << 20)), gate));
  FanfetchProcess process(list_setup({serve_many(1)[0], "/b.jpg", "/c.jpg"}));
  ASSERT_TRUE(process.wait_for_stderr(" left\n") || process.wait_for_stderr(" done, "));
  gate->open();
  const Finished finished = finish(process);
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  const std::string time = R"((^|\n)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ )";
  EXPECT_TRUE(
      std::regex_search(finished.err, std::regex(time + R"(2 of 3 done, 1 failed, .* [KM]iB/s)")))
      << finished.describe();
  EXPECT_TRUE(has(finished.err, "MiB of 4.0 MiB")) << "bytes of bytes: " << finished.describe();
  EXPECT_TRUE(std::regex_search(
      finished.err,
      std::regex(time + R"(http_4xx        127\.0\.0\.1:\d+  /b\.jpg: .*404.* \(1 attempt\)\n)")))
      << finished.describe();
  EXPECT_EQ(0u, last_line(finished.err).find("Took ")) << finished.describe();
}

TEST_F(ProgressTest, TheJournalGetsPrioritiesInPlaceOfTimes) {
  const Finished finished = run(journal_setup());
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  for (const std::string& line : lines_of(finished.err)) {
    EXPECT_TRUE(std::regex_search(line, std::regex("^<[3-7]>[^ ]"))) << line;
  }
  EXPECT_TRUE(has(finished.err, "<4>http_4xx        127.0.0.1:")) << finished.describe();
  EXPECT_TRUE(has(finished.err, "<7>saved: ")) << finished.describe();
  EXPECT_EQ(0u, last_line(finished.err).find("<6>Took ")) << finished.describe();
}

TEST_F(ProgressTest, AnotherStreamThanTheJournalsHasTimes) {
  origin_.serve("/b.jpg", status(403));
  Launch given = list_setup({"/b.jpg"});
  given.env = {{"JOURNAL_STREAM", "8:4711"}};
  const Finished finished = run(given);
  EXPECT_FALSE(has(finished.err, "<4>")) << finished.describe();
}

/// A host that asks for a long pause, and all that is left is its.
TEST_F(ProgressTest, SaysWhatItWaitsForInPlaceOfAnEstimate) {
  origin_.serve("/b.jpg", status(429, {{"Retry-After", "3600"}}));
  Launch given = list_setup({"/b.jpg"}, {"--max-wait=2h"});
  given.stderr_columns = 100;
  given.env = {{"TERM", "xterm"}};
  FanfetchProcess process(given);
  EXPECT_TRUE(process.wait_for_stderr("waiting for 1 host (1h0"));
  process.signal(SIGTERM);
  const Finished finished = finish(process);
  EXPECT_EQ(SIGTERM, finished.signal) << finished.describe();
  EXPECT_FALSE(has(finished.err, "ETA")) << finished.describe();
  EXPECT_TRUE(has(finished.err,
                  "stopped early: 1 link was not finished; the same command goes on from here"))
      << finished.describe();
}

/// The hints are commands: they do what they say, whatever the folder is called.
TEST_F(ProgressTest, TheHintsAtTheEndCanBePasted) {
  origin_.serve("/a.jpg", status(404));
  origin_.serve("/b.jpg", status(403));
  origin_.serve("/c.jpg", status(451));
  Launch given = list_setup({"/a.jpg", "/b.jpg", "/c.jpg"});
  const std::string folder = "it's $mine";
  for (std::string& arg : given.args) {
    if (arg.ends_with(output())) arg = arg.substr(0, arg.size() - output().size()) + folder;
  }
  given.folder = folder_.path();
  const Finished first = run(given);
  EXPECT_EQ(1, first.exit_status) << first.describe();
  EXPECT_TRUE(has(first.err, "failures: 3 http_4xx (403: 1, 404: 1, 451: 1); most at 127.0.0.1:"))
      << first.describe();
  const auto pasted = [&](std::string_view hint, const std::string& more) {
    const std::size_t at = first.err.find(hint);
    if (at == std::string::npos) return Finished{};
    const std::size_t begin = at + hint.size();
    const std::string command = first.err.substr(begin, first.err.find('\n', begin) - begin);
    return run(
        {.args = {"-c", "fanfetch() { \"$0\" \"$@\"; }; " + command + more, ::getenv("FANFETCH")},
         .folder = folder_.path(),
         .program = "/bin/sh"});
  };
  const Finished list = pasted("hint: to list what failed: ", "");
  EXPECT_EQ(0, list.exit_status) << first.describe() << list.describe();
  EXPECT_EQ(3u, lines_of(list.out).size()) << list.describe();
  for (const char* path : {"/a.jpg", "/b.jpg", "/c.jpg"}) origin_.serve(path, ok(picture(path)));
  const Finished again = pasted("hint: to try that again: ", "");
  EXPECT_EQ(0, again.exit_status) << first.describe() << again.describe();
  EXPECT_TRUE(has(last_line(again.err), "3 saved")) << again.describe();
}

}  // namespace
}  // namespace fanfetch::system
