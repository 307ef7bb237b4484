// The channel and the part folder as a border: what a worker that was taken over may write there
// costs it its leases, and nobody else anything.

#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>

#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kCorrupt = "writes what no sound worker writes: it is replaced";

/// The coordinator, with the worker of tests/support/lying_worker.cc.
class LiarsTest : public SystemTest {
 protected:
  LiarsTest() {
    for (const auto& [name, program] : {std::pair{"bin/fanfetch", "FANFETCH"},
                                        {"worker/fanfetch-worker", "FANFETCH_LYING_WORKER"}}) {
      fs::create_directories(fs::path(folder_.at(name)).parent_path());
      fs::copy_file(::getenv(program), folder_.at(name));
    }
  }
  /// A link for each lie, one after the other; the index of a lie is that of its record.
  Finished hear(const std::vector<std::string>& lies, std::vector<std::string> args = {},
                std::chrono::milliseconds limit = kPatience) {
    std::vector<std::string> links;
    for (const std::string& lie : lies) links.push_back("/" + lie + ".bin");
    args.insert(args.end(), {"-w1", "-j2", "--per-host=1", "--retries=0"});
    Launch launch = list_setup(links, args);
    launch.program = folder_.at("bin/fanfetch");
    Finished finished = run(launch, limit);
    EXPECT_EQ(1, finished.exit_status) << finished.describe();
    EXPECT_EQ(lies.size(), records().size()) << finished.describe();
    EXPECT_EQ(std::string::npos, finished.err.find_first_of("\x1b\x07\r\x9b")) << finished.err;
    return finished;
  }
  static std::size_t count(std::string_view text, std::string_view part) {
    std::size_t times = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != text.npos; ++at) ++times;
    return times;
  }
};

TEST_F(LiarsTest, WhoLiesInItsChannelIsReplaced) {
  const std::vector<std::string> lies = {
      "garbage",           "too-long",       "cut-short",    "empty",          "class-of-others",
      "no-class",          "no-status",      "no-such-slot", "old-generation", "next-generation",
      "head-runs-away",    "head-runs-back", "not-held",     "taken-back",     "twice",
      "wakes-for-nothing", "given-up"};
  const Finished finished = hear(lies);
  EXPECT_EQ(lies.size(), count(finished.err, kCorrupt)) << finished.describe();
  for (const ResultLine& line : records()) {
    EXPECT_EQ("http_4xx", line.error) << line.url.value_or("") << ", as the successor says";
    EXPECT_EQ(1, line.attempts) << "the worker's fault costs no attempt";
  }
}

TEST_F(LiarsTest, OddTextsHarmNobody) {
  const Finished finished = hear({"odd-text", "odd-location", "much-done", "honest"});
  EXPECT_EQ(0u, count(finished.err, kCorrupt)) << finished.describe();
  const auto lines = records();
  ASSERT_EQ(4u, lines.size());
  EXPECT_EQ("http_4xx", lines[0].error);
  EXPECT_EQ(std::string::npos, lines[1].final_url.value_or("").find_first_of("\x1b\r\n\x07"))
      << "escaped, as a server's own would be";
  EXPECT_EQ("http_4xx", lines[3].error);
}

TEST_F(LiarsTest, AnOddNameStaysBelowTheFolder) {
  Launch launch = list_setup({"/x?odd-name", "/odd-name."}, {"-w1", "-j1"});
  launch.program = folder_.at("bin/fanfetch");
  (void)run(launch);
  const auto files = saved_files();
  ASSERT_EQ(1u, files.size());
  const std::string& name = files.begin()->first;
  EXPECT_EQ("body", files.begin()->second);
  EXPECT_EQ(std::string::npos, name.find_first_of("/\x1b\r\n\x07")) << name;
}

/// A worker that was taken over would have its successors locked in less than itself.
TEST_F(LiarsTest, NobodyTalksItsSuccessorsOutOfTheirSandbox) {
  const Finished finished = hear({"never-served", "next"});
  EXPECT_TRUE(has(finished.err, "exited with status 3")) << finished.describe();
  EXPECT_FALSE(has(finished.err, "they get less of it")) << finished.describe();
}

/// It beats, so it is not hung; a sound one starts a job as soon as it has it.
TEST_F(LiarsTest, WhoTakesNoJobIsReplaced) {
  const Finished finished = hear({"takes-no-more", "next"}, {}, 90s);
  EXPECT_TRUE(has(finished.err, "does not end a transfer: it is replaced")) << finished.describe();
  for (const ResultLine& line : records()) EXPECT_EQ("http_4xx", line.error);
}

TEST_F(LiarsTest, OnlyAWholePartOfItsOwnGetsAName) {
  const std::vector<std::string> lies = {"no-part",       "longer-part", "hard-link",
                                         "symbolic-link", "pipe",        "folder"};
  const std::string precious = folder_.write("precious", "four");
  const Finished finished = hear(lies);
  EXPECT_EQ(0u, count(finished.err, kCorrupt)) << finished.describe();
  for (const ResultLine& line : records()) {
    EXPECT_EQ("disk", line.error) << line.url.value_or("");
    EXPECT_TRUE(has(line.message.value_or(""), "its part file")) << line.message.value_or("");
  }
  EXPECT_TRUE(saved_files().empty());
  EXPECT_EQ("four", read_file(precious));
}

}  // namespace
}  // namespace fanfetch::system
