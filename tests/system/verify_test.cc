// fanfetch verify: what is not as it was saved is found, and the next run mends it.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/as_nobody.h"
#include "tests/support/crashing_programs.h"
#include "tests/system/command_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

class VerifyTest : public CommandTest {
 protected:
  /// Eight files of 20,000 bytes.
  void SetUp() override {
    links_ = serve_many(8);
    EXPECT_EQ(0, run(list_setup(links_)).exit_status);
  }
  Finished verify(std::vector<std::string> args = {}) {
    args.insert(args.begin(), {"verify", output()});
    return command(std::move(args));
  }
  static Lines sorted_lines(const Finished& finished) {
    Lines lines = lines_of(finished.out);
    std::ranges::sort(lines);
    return lines;
  }
  [[nodiscard]] fs::path file(const std::string& name) const { return output() + '/' + name; }

  /// As a disk does it: the time stays.
  void flip_a_byte(const std::string& name) const {
    const auto time = fs::last_write_time(file(name));
    std::string bytes = read_file(file(name));
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::ofstream(file(name), std::ios::binary) << bytes;
    fs::last_write_time(file(name), time);
  }
  void touch(const std::string& name) const {
    fs::last_write_time(file(name), fs::last_write_time(file(name)) - 1h);
  }
  /// One of each kind of damage.
  void spoil() const {
    flip_a_byte("001.jpg");
    fs::resize_file(file("002.jpg"), 19'999);
    fs::remove(file("003.jpg"));
    (void)folder_.write("images/sub/foreign.txt", "text");
  }
  const Lines kSpoilt = {"changed: 001.jpg: its content differs (SHA-256)",
                         "changed: 002.jpg: its size is 19999 bytes, not 20000",
                         "foreign: sub/foreign.txt", "missing: 003.jpg"};

  Lines links_;
};

TEST_F(VerifyTest, AGoodFolder) {
  const Finished finished = verify();
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ("", finished.out);
  const std::string line = last_line(finished.err);
  EXPECT_TRUE(line.starts_with("verified 8 files (156.2 KiB) in ")) << line;
  EXPECT_TRUE(line.ends_with("s: 8 good, 0 missing, 0 changed, 0 foreign")) << line;
  EXPECT_EQ(served(), saved_files());
}

TEST_F(VerifyTest, FindsWhatDiffersAndTouchesNothing) {
  spoil();
  const auto files = saved_files();
  const Finished finished = verify();
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(kSpoilt, sorted_lines(finished));
  EXPECT_TRUE(has(last_line(finished.err), ": 5 good, 1 missing, 2 changed, 1 foreign"))
      << finished.err;
  EXPECT_EQ(files, saved_files());
  const auto before = origin_.count();
  EXPECT_EQ(0, run(list_setup(links_)).exit_status);
  EXPECT_EQ(0u, origin_.count("/001.jpg") - 1) << "nothing was marked: it looks as it did";
  EXPECT_EQ(before + 2, origin_.count());
}

TEST_F(VerifyTest, WhatIsRepairedIsFetchedAgain) {
  spoil();
  const Finished finished = verify({"--repair"});
  EXPECT_EQ(1, finished.exit_status) << finished.describe();
  EXPECT_EQ(kSpoilt, sorted_lines(finished));
  EXPECT_TRUE(has(finished.err,
                  "marked 3 files: the next run of the same list fetches them again: 1 missing, 1 "
                  "in place, 1 under another name"))
      << finished.err;
  EXPECT_TRUE(has(command({"status", output()}).out, "    disk  3\n"));

  EXPECT_EQ(0, run(list_setup(links_)).exit_status);
  for (const std::string& path : links_) {
    const bool marked = path == "/001.jpg" || path == "/002.jpg" || path == "/003.jpg";
    EXPECT_EQ(marked ? 2u : 1u, origin_.count(path)) << path;
  }
  auto files = saved_files();
  EXPECT_EQ(19'999u, files["002.jpg"].size()) << "somebody else changed it: it is theirs";
  const std::string anew = records().at(2).file_name.value_or("");
  EXPECT_TRUE(anew.starts_with("002-")) << anew;
  EXPECT_EQ(served().at("002.jpg"), files[anew]);
  files["002.jpg"] = files[anew];
  files.erase(anew);
  files.erase("sub/foreign.txt");
  EXPECT_EQ(served(), files);

  const Finished again = verify();
  EXPECT_EQ((Lines{"foreign: 002.jpg", "foreign: sub/foreign.txt"}), sorted_lines(again));
  EXPECT_EQ(0, again.exit_status);
  fs::remove(file("002.jpg"));
  fs::remove_all(file("sub"));
  EXPECT_EQ(0, verify({"--strict"}).exit_status);
}

TEST_F(VerifyTest, ForeignIsWhatNoRowNames) {
  (void)folder_.write("images/000.JPG", "differs in case alone");
  (void)folder_.write("images/.hidden/.fanfetch/x", "text");
  fs::create_symlink("/etc", file("link"));
  fs::create_directory(file("empty"));
  ASSERT_EQ(0, ::mkfifo(file("pipe\n").c_str(), 0666));
  (void)folder_.write("images/bad\xff", "no UTF-8");
  const Finished finished = verify();
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(1, verify({"--strict"}).exit_status);
  EXPECT_EQ((Lines{"foreign: .hidden/.fanfetch/x", "foreign: 000.JPG", R"(foreign: bad\xff)",
                   "foreign: link", R"(foreign: pipe\n)"}),
            sorted_lines(finished));
}

TEST_F(VerifyTest, SomethingElseInAFilesPlace) {
  for (const char* name : {"000.jpg", "001.jpg", "002.jpg"}) fs::remove(file(name));
  fs::create_symlink("003.jpg", file("000.jpg"));
  fs::create_directory(file("001.jpg"));
  ASSERT_EQ(0, ::mkfifo(file("002.jpg").c_str(), 0666));
  EXPECT_EQ((Lines{"changed: 000.jpg: it is not a regular file",
                   "changed: 001.jpg: it is not a regular file",
                   "changed: 002.jpg: it is not a regular file"}),
            sorted_lines(verify()));
}

TEST_F(VerifyTest, AnotherTimeIsNoHarm) {
  touch("000.jpg");
  EXPECT_EQ(0, verify().exit_status);
  const Finished finished = verify({"--repair"});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "noted 1 file as good")) << finished.err;
  EXPECT_EQ(0, run(list_setup(links_)).exit_status);
  EXPECT_EQ(1u, origin_.count("/000.jpg")) << "the run keeps it";
  EXPECT_EQ(served(), saved_files());
}

TEST_F(VerifyTest, WhatComesBackIsGoodAgain) {
  fs::rename(file("000.jpg"), folder_.at("away.jpg"));
  EXPECT_EQ(1, verify({"--repair"}).exit_status);
  fs::rename(folder_.at("away.jpg"), file("000.jpg"));
  EXPECT_EQ(0, verify().exit_status);
  EXPECT_EQ(0, verify({"--repair"}).exit_status);
  EXPECT_EQ(0, run(list_setup(links_)).exit_status);
  EXPECT_EQ(1u, origin_.count("/000.jpg"));
  EXPECT_EQ("kept", records().at(0).status);
}

TEST_F(VerifyTest, WithoutAHashTheTimeTells) {
  fs::remove_all(output());
  EXPECT_EQ(0, run(list_setup(links_, {"--hash=none"})).exit_status);
  EXPECT_EQ(0, verify().exit_status);
  touch("000.jpg");
  fs::resize_file(file("001.jpg"), 3);
  EXPECT_EQ((Lines{"changed: 000.jpg: its time differs, and no hash of its content is recorded",
                   "changed: 001.jpg: its size is 3 bytes, not 20000"}),
            sorted_lines(verify()));
}

TEST_F(VerifyTest, EveryFileIsReadByOneProcessOrAnother) {
  const auto many = serve_many(300, 500);
  fs::remove_all(output());
  EXPECT_EQ(0, run(list_setup(many)).exit_status);
  Lines expected;
  for (const int i : {0, 1, 2, 3, 100, 101, 298, 299}) {
    const std::string name = fmt::format("{:03}.jpg", i);
    flip_a_byte(name);
    expected.push_back(fmt::format("changed: {}: its content differs (SHA-256)", name));
  }
  const Finished finished = verify();
  EXPECT_EQ(expected, sorted_lines(finished));
  EXPECT_TRUE(has(last_line(finished.err), "verified 300 files (146.5 KiB) in ")) << finished.err;
  EXPECT_TRUE(has(last_line(finished.err), ": 292 good,")) << finished.err;
}

TEST_F(VerifyTest, AProcessThatDiesIsNotTakenForGoodFiles) {
  Launch given = command_setup({"verify", output()});
  given.program = std::getenv("FANFETCH_CRASHING");
  given.env["FANFETCH_CRASH_AT"] = "checked_file:2";
  const Finished finished = run(given);
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "was killed by signal 9; not every file was verified"))
      << finished.err;
  EXPECT_EQ(0, verify().exit_status) << "the folder is free again";
}

TEST_F(VerifyTest, WhileARunHoldsTheFolder) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/held.jpg", Reply{.body = picture("held"), .gate = gate});
  FanfetchProcess process(list_setup({"/held.jpg"}));
  ASSERT_TRUE(origin_.wait_for_count("/held.jpg", 1));
  const Finished finished = verify();
  EXPECT_EQ(5, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, fmt::format("(pid {})", process.pid()))) << finished.err;
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
}

TEST_F(VerifyTest, FinishesFirstWhatAKilledRunLeft) {
  fs::remove_all(output());
  const CrashingPrograms programs;
  Launch given = list_setup(links_);
  given.program = programs.coordinator();
  given.env["FANFETCH_CRASH_AT"] = "after_commit:1";
  EXPECT_EQ(SIGKILL, run(given).signal);
  EXPECT_TRUE(saved_files().empty());
  const Finished finished = verify();
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_FALSE(saved_files().empty());
  for (const auto& [name, bytes] : saved_files()) EXPECT_EQ(served().at(name), bytes) << name;
}

TEST_F(VerifyTest, AFileThatCannotBeRead) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "LeakSanitizer cannot look into a program that changed its user";
#endif
  flip_a_byte("001.jpg");
  for (const auto& entry : fs::recursive_directory_iterator(output())) {
    fs::permissions(entry, fs::perms::all);  // the ledger is written
  }
  fs::permissions(file("000.jpg"), fs::perms::none);
  fs::create_directory(folder_.at("closed"));
  Finished finished;
  {
    const AsNobody nobody({folder_.path(), output()}, folder_.at("closed"));
    finished = verify({"--repair"});
  }
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "cannot read '000.jpg': Permission denied")) << finished.err;
  EXPECT_TRUE(
      has(last_line(finished.err), " 6 good, 0 missing, 1 changed, 0 foreign, 1 unreadable"))
      << finished.err;
  fs::permissions(file("000.jpg"), fs::perms::all);
  EXPECT_EQ(0, run(list_setup(links_)).exit_status);
  EXPECT_EQ(1u, origin_.count("/000.jpg")) << "it may be good: it was not marked";
  EXPECT_EQ(2u, origin_.count("/001.jpg"));
}

TEST_F(VerifyTest, WhatFanfetchWroteBesideTheDownloadsIsCountedApart) {
  Launch given = list_setup(links_);
  given.args.push_back("--results=" + file("logs.jsonl").string());
  EXPECT_EQ(0, run(given).exit_status);
  for (const char* name : {"metadata.jsonl", "sub/links.csv"}) {
    fs::create_directories(file("sub"));
    EXPECT_EQ(0, command({"export", output(), "--image-folder", "-o", file(name)}).exit_status);
  }
  // Another folder's run keeps its books and results here.
  EXPECT_EQ(0, run({.args = {"--allow-private", "-o", folder_.at("other"), "--ledger",
                             file("other.sqlite"), "--results", file("other.jsonl"),
                             origin_.url(links_[0])}})
                   .exit_status);
  (void)folder_.write("images/mine.txt", "text");
  const Finished finished = verify();
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
  EXPECT_EQ(Lines{"foreign: mine.txt"}, sorted_lines(finished));
  EXPECT_TRUE(has(last_line(finished.err), " 1 foreign, 5 of fanfetch's own")) << finished.err;
  fs::remove(file("mine.txt"));
  EXPECT_EQ(0, verify({"--strict"}).exit_status);
  (void)folder_.write("images/metadata.jsonl", "mine now");
  EXPECT_EQ(Lines{"foreign: metadata.jsonl"}, sorted_lines(verify()));
}

TEST_F(VerifyTest, TheLedgerIsNoForeignFile) {
  const std::string ledger = output() + "/own.sqlite";
  fs::remove_all(output());
  EXPECT_EQ(0, run(list_setup(links_, {"--ledger", ledger})).exit_status);
  const Finished finished = verify({"--ledger", ledger, "--strict"});
  EXPECT_EQ(0, finished.exit_status) << finished.describe();
}

TEST_F(VerifyTest, Quiet) {
  EXPECT_EQ("", verify({"-q"}).err);
  fs::remove(file("000.jpg"));
  const Finished finished = verify({"-q", "--repair"});
  EXPECT_EQ(1, finished.exit_status);
  EXPECT_EQ("missing: 000.jpg\n", finished.out);
  EXPECT_EQ("", finished.err);
}

TEST_F(VerifyTest, ReaderOfStdoutGone) {
  fs::remove(file("000.jpg"));
  Launch given = command_setup({"verify", output()});
  given.stdout_unread = true;
  const Finished finished = run(given);
  EXPECT_EQ(SIGPIPE, finished.signal) << finished.describe();
}

}  // namespace
}  // namespace fanfetch::system
