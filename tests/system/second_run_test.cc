// What a run makes of what earlier runs left.

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "common/unique_fd.h"
#include "tests/system/system_test.h"

namespace fanfetch::system {
namespace {

namespace fs = std::filesystem;

class SecondRunTest : public SystemTest {
 protected:
  /// One more run over `paths`; its records by status.
  std::map<std::string, int> run_again(const std::vector<std::string>& paths,
                                       const std::vector<std::string>& args = {}) {
    asked_before_ = origin_.count();
    last_ = run(list_setup(paths, args));
    std::map<std::string, int> statuses;
    for (const ResultLine& line : records()) ++statuses[line.status];
    return statuses;
  }
  [[nodiscard]] std::size_t asked() const { return origin_.count() - asked_before_; }
  [[nodiscard]] std::string file(const std::string& name) const { return output() + "/" + name; }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(file(name), std::ios::binary) << text;
  }
  using Statuses = std::map<std::string, int>;

  Finished last_;
  std::size_t asked_before_ = 0;
};

TEST_F(SecondRunTest, SavedFilesAreKeptWithoutARequest) {
  const auto paths = serve_many(20);
  EXPECT_EQ((Statuses{{"saved", 20}}), run_again(paths));
  const auto first = records();
  EXPECT_EQ((Statuses{{"kept", 20}}), run_again(paths));
  EXPECT_EQ(0u, asked());
  EXPECT_EQ(0, last_.exit_status);
  EXPECT_EQ(served(), saved_files());
  const auto second = records();
  for (std::size_t i = 0; i < second.size(); ++i) {
    EXPECT_EQ(first[i].file_name, second[i].file_name);
    EXPECT_EQ(first[i].sha256, second[i].sha256) << "what is known stays known";
    EXPECT_EQ(0, second[i].attempts);
  }
}

TEST_F(SecondRunTest, WhatTheUserRemovedOrChangedIsFetchedAgain) {
  const auto paths = serve_many(3);
  run_again(paths);
  fs::remove(file("000.jpg"));
  write("001.jpg", "mine now");
  EXPECT_EQ((Statuses{{"saved", 2}, {"kept", 1}}), run_again(paths));
  EXPECT_EQ(2u, asked());
  EXPECT_EQ(served().at("000.jpg"), saved_files().at("000.jpg"));
  EXPECT_EQ("mine now", saved_files().at("001.jpg")) << "never overwritten";
  EXPECT_EQ(4u, saved_files().size());
  EXPECT_EQ((Statuses{{"kept", 3}}), run_again(paths)) << "under the new name";
}

TEST_F(SecondRunTest, TrustLedgerDoesNotLook) {
  const auto paths = serve_many(3);
  run_again(paths);
  fs::remove(file("000.jpg"));
  EXPECT_EQ((Statuses{{"kept", 3}}), run_again(paths, {"--trust-ledger"}));
  EXPECT_EQ(0u, asked());
}

TEST_F(SecondRunTest, FailuresAreTriedAgainButThoseGoneForGood) {
  origin_.serve("/gone.jpg", status(404));
  origin_.serve("/broken.jpg", status(500));
  const std::vector<std::string> paths{"/gone.jpg", "/broken.jpg"};
  const std::vector<std::string> once{"--retries=0"};
  EXPECT_EQ((Statuses{{"failed", 2}}), run_again(paths, once));
  EXPECT_EQ((Statuses{{"failed", 2}}), run_again(paths, once));
  EXPECT_EQ(1u, asked()) << "the 404 stands";
  EXPECT_EQ("http_4xx", records()[0].error);
  EXPECT_EQ(1, last_.exit_status);
  run_again(paths, {"--retries=0", "--retry-failed=all"});
  EXPECT_EQ(2u, asked());
  run_again(paths, {"--retries=0", "--retry-failed=none"});
  EXPECT_EQ(0u, asked());
  run_again(paths, {"--retries=0", "--retry-failed=http_4xx"});
  EXPECT_EQ(1u, asked());
  origin_.serve("/gone.jpg", ok(picture("back")));
  origin_.serve("/broken.jpg", ok(picture("mended")));
  EXPECT_EQ((Statuses{{"saved", 2}}), run_again(paths, {"--retry-failed=all"}));
}

TEST_F(SecondRunTest, NewFailuresAreToldFromOldOnes) {
  origin_.serve("/broken.jpg", status(500));
  const std::vector<std::string> before{"/gone.jpg", "/broken.jpg", "nonsense"};
  run_again(before, {"--retries=0", "--max-failed=new:0"});
  EXPECT_EQ(1, last_.exit_status) << "all of them are new";
  EXPECT_TRUE(has(last_line(last_.err), " 3 failed (")) << last_.err;
  for (int week = 0; week < 2; ++week) {
    run_again(before, {"--retries=0", "--max-failed=new:0"});
    EXPECT_EQ(0, last_.exit_status) << last_.describe();
    EXPECT_TRUE(has(last_line(last_.err), " 0 failed, 3 stand from earlier runs (")) << last_.err;
    EXPECT_EQ(3u, records().size()) << "each line has its record";
  }
  auto more = before;
  more.insert(more.end(), {"/gone2.jpg", "other nonsense"});
  run_again(more, {"--retries=0", "--max-failed=new:1"});
  EXPECT_EQ(1, last_.exit_status) << last_.describe();
  EXPECT_TRUE(has(last_line(last_.err), " 2 failed, 3 stand from earlier runs (")) << last_.err;
  EXPECT_TRUE(has(last_.err, "failures: 1 bad_url, 1 http_4xx (404: 1)")) << last_.err;
  EXPECT_TRUE(
      has(last_.err, "from earlier runs: 1 bad_url, 1 http_4xx (404: 1), 1 http_5xx (500: 1); "))
      << last_.err;
  run_again(before, {"--retries=0"});
  EXPECT_EQ(1, last_.exit_status) << "without new: all count";
}

TEST_F(SecondRunTest, ShareOfNewFailuresIsOfTheLinksTried) {
  auto paths = serve_many(9);
  run_again(paths);
  paths.insert(paths.end(), {"/gone.jpg", "/late.jpg"});
  origin_.serve("/late.jpg", ok(picture("late")));
  run_again(paths, {"--max-failed=new:49%"});
  EXPECT_EQ(1, last_.exit_status) << "one of two, whatever was kept";
  run_again(paths, {"--max-failed=new:0%"});
  EXPECT_EQ(0, last_.exit_status) << "it is old now";
}

/// A saved file stays when its link fails under --refresh, and the failure is news only once.
TEST_F(SecondRunTest, AFailureUnderRefreshIsNewsOnce) {
  const std::vector<std::string> refresh{"--refresh", "--retries=0", "--max-failed=new:0"};
  Reply tagged = ok(picture("a"));
  tagged.headers = {{"ETag", "\"1\""}};
  origin_.serve("/a.jpg", tagged);
  origin_.serve("/b.jpg", tagged);
  const std::vector<std::string> paths{"/a.jpg", "/b.jpg"};
  run_again(paths);
  const auto week = [&] {
    run_again(paths, refresh);
    return last_.exit_status;
  };
  origin_.serve("/a.jpg", status(404));
  EXPECT_EQ(1, week()) << "new: " << last_.describe();
  EXPECT_TRUE(has(last_line(last_.err), " 1 failed (")) << last_.err;
  for (int again = 0; again < 2; ++again) {
    EXPECT_EQ(0, week()) << last_.describe();
    EXPECT_TRUE(has(last_line(last_.err), " 0 failed, 1 stand from earlier runs (")) << last_.err;
  }
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again(paths)) << "the file is still there";
  EXPECT_EQ(0, week()) << "a run that did not ask changes nothing: " << last_.describe();

  origin_.serve("/a.jpg", status(304));
  EXPECT_EQ(0, week()) << last_.describe();
  EXPECT_TRUE(has(last_line(last_.err), " 0 skipped, 0 failed (")) << last_.err;
  origin_.serve("/a.jpg", status(500));
  EXPECT_EQ(1, week()) << "new after an answer: " << last_.describe();
  origin_.serve("/a.jpg", ok(picture("newer")));
  EXPECT_EQ(0, week()) << last_.describe();
  origin_.serve("/a.jpg", status(404));
  EXPECT_EQ(1, week()) << "new after a file: " << last_.describe();
}

TEST_F(SecondRunTest, ADryRunKnowsOldFailuresAsARunDoes) {
  const std::vector<std::string> lines{"/a.jpg", "nonsense", "nonsense"};
  origin_.serve("/a.jpg", ok(picture("a")));
  const auto told = [&](const std::vector<std::string>& args) {
    auto all = args;
    all.emplace_back("--max-failed=new:0");
    run_again(lines, all);
    const std::string line = last_line(last_.err);
    return fmt::format("{}:{}", last_.exit_status.value_or(-1),
                       line.substr(line.find("skipped") + 7));
  };
  EXPECT_EQ("1:, 2 failed", told({"--dry-run"})) << last_.describe();
  EXPECT_TRUE(told({}).starts_with("1:, 2 failed (")) << last_.describe();
  EXPECT_EQ("0:, 0 failed, 2 stand from earlier runs", told({"--dry-run"})) << last_.describe();
  EXPECT_TRUE(has(last_.err, "from earlier runs: 2 bad_url; ")) << last_.err;
  EXPECT_TRUE(told({}).starts_with("0:, 0 failed, 2 stand from earlier runs ("))
      << last_.describe();
  run_again(lines, {"--dry-run", "-q"});
  EXPECT_EQ(1, last_.exit_status);
  EXPECT_TRUE(has(last_.err, "from earlier runs: 2 bad_url")) << "why: " << last_.err;
}

TEST_F(SecondRunTest, QuietIsSilentWhereAllIsWell) {
  const auto silent = [&](std::vector<std::string> args) {
    args.insert(args.end(), {"-q", "--retries=0"});
    run_again({"/gone.jpg", "nonsense"}, args);
    return last_.out + last_.err;
  };
  EXPECT_EQ("", silent({"--max-failed=2"}));
  EXPECT_EQ(0, last_.exit_status);
  EXPECT_EQ("", silent({"--max-failed=new:0"}));
  EXPECT_EQ(0, last_.exit_status);
  EXPECT_EQ("", silent({"--max-failed=new:0", "--retry-failed=all"}));
  EXPECT_EQ(0, last_.exit_status);
  EXPECT_EQ("", silent({"--max-failed=100%"}));
  EXPECT_EQ(0, last_.exit_status);
  EXPECT_EQ("", silent({"--max-failed=100%", "--dry-run"}));
  EXPECT_EQ(0, last_.exit_status);
  const std::string why = silent({});
  EXPECT_EQ(1, last_.exit_status);
  EXPECT_TRUE(has(why, "from earlier runs: 1 bad_url, 1 http_4xx (404: 1)")) << why;
  run_again({"/new.jpg"}, {"-q"});
  EXPECT_EQ(1, last_.exit_status);
  EXPECT_TRUE(has(last_.err, "http_4xx") && has(last_.err, "/new.jpg: ")) << last_.err;
}

/// The ledger's own failed links, in place of a list.
TEST_F(SecondRunTest, FailedLinksAreRetriedWithoutTheirList) {
  const std::string list = folder_.write(
      "photos.csv", "url,album\n" + origin_.url("/x/a.jpg") + ",red\n" + origin_.url("/y/a.jpg") +
                        ",blue\n" + origin_.url("/no.jpg") + ",red\nnonsense,red\n" +
                        "http://me:hidden@127.0.0.1:" + std::to_string(origin_.port()) +
                        "/secret.jpg,red\n");
  origin_.serve("/no.jpg", status(403));
  last_ = run(setup({list, "--name={col:album}/{name}", "--keep-columns", "--retries=0"}));
  EXPECT_EQ(1, last_.exit_status) << last_.describe();
  origin_.serve("/x/a.jpg", ok(picture("x")));
  origin_.serve("/y/a.jpg", ok(picture("y")));
  origin_.serve("/secret.jpg", ok(picture("secret")));
  const auto retry = [&](const std::string& which) {
    asked_before_ = origin_.count();
    last_ = run(setup({"--retry-failed", which, "--retries=0"}));
    return last_.exit_status;
  };
  EXPECT_EQ(1, retry("404")) << "one cannot be tried: " << last_.describe();
  EXPECT_EQ(2u, asked());
  EXPECT_EQ((std::map<std::string, std::string>{{"red/a.jpg", picture("x")},
                                                {"blue/a.jpg", picture("y")}}),
            saved_files())
      << "under their names";
  EXPECT_EQ(3u, records().size());
  EXPECT_TRUE(has(last_.err, "1 failed link left out: the URL held a password")) << last_.err;
  EXPECT_EQ(1, retry("all")) << last_.describe();
  EXPECT_EQ(1u, asked()) << "the 403";
  EXPECT_TRUE(has(last_line(last_.err), " 0 failed, 3 stand from earlier runs")) << last_.err;
  const std::vector<std::string> quiet = {"-q", "--retry-failed=http_4xx", "--retries=0",
                                          "--reject-regex=/no"};
  last_ = run(setup(quiet));
  EXPECT_EQ(1, last_.exit_status) << last_.describe();
  EXPECT_TRUE(has(last_.err, "from earlier runs: 1 http_4xx (404: 1); most at ") &&
              has(last_.err, " (1); they are left out: "))
      << last_.err;
  auto only_new = quiet;
  only_new.emplace_back("--max-failed=new:0");
  last_ = run(setup(only_new));
  EXPECT_EQ(0, last_.exit_status) << last_.describe();
  EXPECT_EQ("", last_.err);
  EXPECT_EQ(0, retry("5xx")) << last_.describe();
  EXPECT_EQ(0u, asked());
}

TEST_F(SecondRunTest, WithoutALedgerThereIsNothingToRetry) {
  last_ = run(setup({"--retry-failed=all"}));
  EXPECT_EQ(2, last_.exit_status) << last_.describe();
  EXPECT_TRUE(has(last_.err, "there is no folder '" + output() + "'")) << last_.err;
  EXPECT_FALSE(fs::exists(output())) << "none is made";
}

TEST_F(SecondRunTest, KeptFilesStayAsTheyAreUnderAnotherName) {
  const auto paths = serve_many(2);
  run_again(paths);
  run_again(paths);
  EXPECT_FALSE(has(last_.err, "kept files stay as they are")) << last_.err;
  run_again(paths, {"--name=x/{name}"});
  EXPECT_TRUE(has(last_.err,
                  "--name is not '{name}' any more, as in the run before: kept files "
                  "stay as they are"))
      << last_.err;
  EXPECT_EQ(served(), saved_files());
  run_again(paths, {"--name=x/{name}", "--keep-columns"});
  EXPECT_FALSE(has(last_.err, "--name is not")) << "said once: " << last_.err;
  EXPECT_TRUE(has(last_.err, "the run before was one without --keep-columns: kept files stay as"))
      << last_.err;
  run_again({"/new.jpg"}, {});
  EXPECT_FALSE(has(last_.err, "kept files")) << "there were none: " << last_.err;
}

TEST_F(SecondRunTest, KeptFilesStayAsTheyAreUnderAnotherNameOfTheList) {
  for (const char* path : {"/a.jpg", "/b.jpg"}) origin_.serve(path, ok(picture(path)));
  constexpr std::string_view kOtherwise =
      "the list names files otherwise than they were saved: kept files stay as they are";
  const auto said = [&](const std::string& a, const std::string& b) {
    run_again({origin_.url("/a.jpg") + a, origin_.url("/b.jpg") + b});
    EXPECT_EQ(0, last_.exit_status) << last_.describe();
    const std::size_t at = last_.err.find(kOtherwise);
    if (at == std::string::npos) return 0;
    return last_.err.find(kOtherwise, at + 1) == std::string::npos ? 1 : 2;
  };
  EXPECT_EQ(0, said("", ""));
  EXPECT_EQ(1, said("\tq.jpg", "\tout=r.jpg")) << "once a run: " << last_.err;
  EXPECT_EQ(0, said("\ta.jpg", "\tb.jpg")) << last_.err;
  EXPECT_EQ(2u, saved_files().count("a.jpg") + saved_files().count("b.jpg"));
}

TEST_F(SecondRunTest, MoreRowsWithoutALinkThanBeforeAreNews) {
  const auto csv = [this](int empty) {
    std::string text = "title,url\n";
    for (int i = 0; i < empty; ++i) text += fmt::format("row {},\n", i);
    const std::string path = folder_.write("rows.csv", text);
    last_ = run(setup({path, "--max-failed=new:0"}));
    return last_.exit_status;
  };
  EXPECT_EQ(1, csv(3)) << last_.describe();
  EXPECT_EQ(0, csv(3)) << last_.describe();
  EXPECT_EQ(1, csv(500)) << last_.describe();
  EXPECT_TRUE(has(last_line(last_.err), " 497 failed, 3 stand from earlier runs")) << last_.err;
  EXPECT_EQ(0, csv(500)) << last_.describe();
  EXPECT_EQ(0, csv(2)) << last_.describe();
}

TEST_F(SecondRunTest, RefreshReplacesWhatIsNewer) {
  Reply first = ok(picture("first"));
  first.headers = {{"ETag", "\"1\""}};
  origin_.serve("/a.jpg", first);
  origin_.serve("/b.jpg", ok(picture("kept")));
  EXPECT_EQ((Statuses{{"saved", 2}}), run_again({"/a.jpg", "/b.jpg"}));
  origin_.serve("/a.jpg", status(304));
  EXPECT_EQ((Statuses{{"kept", 1}}), run_again({"/a.jpg"}, {"--refresh"}));
  EXPECT_EQ("\"1\"", origin_.requests("/a.jpg").back().header("if-none-match"));
  EXPECT_EQ(picture("first"), saved_files().at("a.jpg"));

  origin_.serve("/a.jpg", ok(picture("second")));
  EXPECT_EQ((Statuses{{"saved", 1}}), run_again({"/a.jpg"}, {"--refresh"}));
  EXPECT_EQ((std::map<std::string, std::string>{{"a.jpg", picture("second")},
                                                {"b.jpg", picture("kept")}}),
            saved_files());
  origin_.serve("/a.jpg", status(404));
  EXPECT_EQ((Statuses{{"failed", 1}}), run_again({"/a.jpg"}, {"--refresh"}));
  EXPECT_EQ(picture("second"), saved_files().at("a.jpg")) << "the earlier file stays";
  EXPECT_EQ((Statuses{{"kept", 1}}), run_again({"/a.jpg"})) << "and is still known";
}

TEST_F(SecondRunTest, RefreshLeavesWhatTheUserChangedInMidRun) {
  origin_.serve("/a.jpg", ok(picture("first")));
  run_again({"/a.jpg"});
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", half_then_gate(picture("second"), gate));
  FanfetchProcess process(list_setup({"/a.jpg"}, {"--refresh"}));
  ASSERT_TRUE(origin_.wait_for_count("/a.jpg", 2));
  write("a.jpg", "mine now");
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
  EXPECT_EQ("mine now", saved_files().at("a.jpg"));
  EXPECT_EQ(2u, saved_files().size());
}

TEST_F(SecondRunTest, AdoptTakesWhatIsThere) {
  const auto paths = serve_many(2);
  fs::create_directories(output());
  write("000.jpg", "was there");
  EXPECT_EQ((Statuses{{"saved", 2}}), run_again(paths, {"--adopt"}));
  EXPECT_EQ(1u, asked());
  EXPECT_EQ("was there", saved_files().at("000.jpg"));
  EXPECT_EQ(2u, saved_files().size());
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again(paths));
}

TEST_F(SecondRunTest, AdoptTakesWhatTheUserChanged) {
  const auto paths = serve_many(2);
  run_again(paths);
  write("000.jpg", "mine now");
  EXPECT_EQ((Statuses{{"saved", 1}, {"kept", 1}}), run_again(paths, {"--adopt"}));
  EXPECT_EQ(0u, asked());
  EXPECT_EQ("mine now", saved_files().at("000.jpg"));
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again(paths));
}

/// From 2262 on a time in nanoseconds does not fit the ledger's 63 bits: it wraps, and still tells
/// a changed file from one that is not.
TEST_F(SecondRunTest, AFileMayBeOfAFarFuture) {
  const auto paths = serve_many(2);
  fs::create_directory(output());
  const auto write_at = [&](const std::string& name, time_t when) {
    write(name, "mine");
    const timespec times[2] = {{.tv_sec = when, .tv_nsec = 1}, {.tv_sec = when, .tv_nsec = 1}};
    ASSERT_EQ(0, ::utimensat(AT_FDCWD, file(name).c_str(), times, 0));
    struct stat status {};
    ASSERT_EQ(0, ::stat(file(name).c_str(), &status));
    ASSERT_EQ(when, status.st_mtim.tv_sec) << "the file system of " << output() << " cannot";
  };
  constexpr time_t kIn2300 = 10'413'792'000;
  write_at("000.jpg", kIn2300);
  write_at("001.jpg", kIn2300);
  EXPECT_EQ((Statuses{{"saved", 2}}), run_again(paths, {"--adopt"}));
  EXPECT_EQ(0u, asked());
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again(paths));
  EXPECT_EQ(0u, asked()) << "unchanged";
  write_at("001.jpg", kIn2300 + 1);
  EXPECT_EQ((Statuses{{"saved", 1}, {"kept", 1}}), run_again(paths));
  EXPECT_EQ(1u, asked());
  EXPECT_EQ(0, last_.exit_status) << last_.describe();
}

TEST_F(SecondRunTest, LedgerElsewhere) {
  const auto paths = serve_many(2);
  const std::string ledger = "--ledger=" + folder_.at("ledger # 1?.sqlite");
  run_again(paths, {ledger});
  EXPECT_TRUE(fs::exists(folder_.at("ledger # 1?.sqlite")));
  EXPECT_FALSE(fs::exists(output() + "/.fanfetch/ledger.sqlite"));
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again(paths, {ledger}));
}

/// Its rows speak of one folder: another one would replay, keep and repair what it never had.
/// An older version wrote it in place, so that a power cut could leave it empty.
TEST_F(SecondRunTest, AnEmptyNoteOfTheLedgerLocksNobodyOut) {
  const auto paths = serve_many(3);
  const std::string ledger = "--ledger=" + folder_.at("l.sqlite");
  run_again(paths, {ledger});
  fs::resize_file(file(".fanfetch/ledger-id"), 0);
  EXPECT_EQ((Statuses{{"kept", 3}}), run_again(paths, {ledger}));
  EXPECT_EQ(0, last_.exit_status) << last_.describe();
  EXPECT_EQ(33u, fs::file_size(file(".fanfetch/ledger-id"))) << "written again";
}

TEST_F(SecondRunTest, OneLedgerElsewhereIsOneFolders) {
  const auto paths = serve_many(2);
  const std::string ledger = "--ledger=" + folder_.at("l.sqlite");
  run_again(paths, {ledger});
  Launch other = list_setup(paths, {ledger});
  other.args.push_back("--output=" + folder_.at("other"));
  const auto finished = run(other);
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "belongs to another folder")) << finished.err;
  fs::rename(output(), folder_.at("moved"));
  Launch moved = list_setup(paths, {ledger});
  moved.args.push_back("--output=" + folder_.at("moved"));
  EXPECT_EQ(0, run(moved).exit_status) << "a folder may be moved";
  EXPECT_EQ(2u, origin_.count());
}

TEST_F(SecondRunTest, AFileOfTheUsersIsNoLedger) {
  const std::string list = folder_.write("mine.txt", origin_.url("/a.jpg") + "\n");
  const auto finished = run(setup({"--ledger=" + list, "-i", list}));
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "is not a ledger of fanfetch")) << finished.err;
  EXPECT_EQ(origin_.url("/a.jpg") + "\n", read_file(list)) << "untouched";
  // Its workers have started by then, and hold the lock.
  const UniqueFd lock(::open((output() + "/.fanfetch/lock").c_str(), O_RDWR | O_CLOEXEC));
  ASSERT_TRUE(lock.valid());
  EXPECT_EQ(0, ::flock(lock.get(), LOCK_EX | LOCK_NB)) << "they are gone before the coordinator";
}

TEST_F(SecondRunTest, ResultsNeverOverwriteTheLedger) {
  const auto paths = serve_many(2);
  run_again(paths);
  Launch given = list_setup(paths);
  given.args.push_back("--results=" + output() + "/.fanfetch/ledger.sqlite");
  EXPECT_EQ(2, run(given).exit_status);
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again(paths));
}

TEST_F(SecondRunTest, ADamagedLedgerIsMovedAsideNotDeleted) {
  const auto paths = serve_many(2);
  run_again(paths);
  std::ofstream(output() + "/.fanfetch/ledger.sqlite", std::ios::binary) << noise(20'000);
  EXPECT_EQ((Statuses{{"saved", 2}}), run_again(paths, {"--adopt"}));
  EXPECT_EQ(0u, asked());
  EXPECT_TRUE(has(last_.err, "the ledger is damaged")) << last_.err;
  EXPECT_EQ(noise(20'000), read_file(output() + "/.fanfetch/ledger.sqlite.damaged-1"));
}

/// Nobody reads a whole ledger at the start: what is damaged in its middle shows in mid-run.
class DamageInMidRunTest : public SecondRunTest {
 protected:
  /// A ledger of several hundred pages.
  void make_a_large_ledger() {
    for (int i = 0; i < 5000; ++i) lines_ += fmt::format("http://[bad{}\n", i);
    ASSERT_EQ(1, run(with({})).exit_status);
  }
  /// Of all its pages but the first and the last ones, which are read at the start.
  void damage_the_ledger() const {
    const std::string ledger = file(".fanfetch/ledger.sqlite");
    constexpr std::streamoff kFirst = 32 * 1024;
    const auto size = static_cast<std::streamoff>(fs::file_size(ledger));
    ASSERT_GT(size, 10 * kFirst);
    std::fstream bytes(ledger, std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekp(kFirst);
    bytes << std::string(static_cast<std::size_t>(size - 2 * kFirst), 'x');
  }
  /// The list, and `more` sources behind it.
  [[nodiscard]] Launch with(const std::vector<std::string>& more) {
    Launch given = setup({folder_.write("bad.txt", lines_), "--retries=0"});
    given.args.insert(given.args.end(), more.begin(), more.end());
    return given;
  }
  [[nodiscard]] bool moved_aside() const {
    return fs::exists(file(".fanfetch/ledger.sqlite.damaged-1"));
  }
  std::string lines_;
};

TEST_F(DamageInMidRunTest, TheLedgerIsMovedAsideAtTheEnd) {
  make_a_large_ledger();
  damage_the_ledger();
  const auto finished = run(with({}));
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "it is damaged and will be moved aside")) << finished.err;
  EXPECT_TRUE(moved_aside());
  EXPECT_EQ(1, run(with({})).exit_status) << "a new one";
}

/// The reader hangs in the opening of a FIFO, with the ledger open, while it is damaged.
TEST_F(DamageInMidRunTest, OrAtTheNextStartIfSomebodyStillReadsIt) {
  make_a_large_ledger();
  const std::string fifo = folder_.at("fifo");
  ASSERT_EQ(0, ::mkfifo(fifo.c_str(), 0600));
  const auto gate = std::make_shared<Gate>();
  std::string held;  // more than one link, whose rows lie far from each other
  for (int i = 0; i < 10; ++i) {
    const std::string path = fmt::format("/held{}.jpg", i);
    origin_.serve(path, half_then_gate(picture("held"), gate));
    held += origin_.url(path) + "\n";
  }
  FanfetchProcess process(setup({folder_.write("held.txt", held), fifo, "--per-host=10"}));
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(origin_.wait_for_count(fmt::format("/held{}.jpg", i), 1)) << "read so far";
  }
  damage_the_ledger();
  gate->open();
  const auto finished = finish(process);
  EXPECT_EQ(4, finished.exit_status) << finished.describe();
  EXPECT_TRUE(has(finished.err, "it is damaged and will be moved aside")) << finished.err;
  EXPECT_FALSE(moved_aside());
  const auto next = run(with({}));
  EXPECT_EQ(1, next.exit_status) << next.describe();
  EXPECT_TRUE(has(next.err, "the ledger is damaged (an earlier run")) << next.err;
  EXPECT_TRUE(moved_aside());
}

TEST_F(SecondRunTest, DryRunTellsWhatIsLeftToDo) {
  const auto paths = serve_many(2);
  run_again({paths[0]});
  const auto finished = run(list_setup(paths, {"--dry-run"}));
  EXPECT_FALSE(has(finished.out, "000.jpg")) << finished.out;
  EXPECT_TRUE(has(finished.out, "001.jpg")) << finished.out;
  EXPECT_EQ("1 to fetch, 1 kept, 0 skipped, 0 failed", last_line(finished.err));
  EXPECT_EQ(1u, saved_files().size());
}

TEST_F(SecondRunTest, NamesThatDifferInCaseAloneNeverMeet) {
  origin_.serve("/a/Photo.jpg", ok(picture("first")));
  origin_.serve("/b/photo.JPG", ok(picture("second")));
  run_again({"/a/Photo.jpg", "/b/photo.JPG"});
  ASSERT_EQ(2u, saved_files().size());
  EXPECT_EQ(picture("first"), saved_files().at("Photo.jpg"));
  EXPECT_FALSE(saved_files().contains("photo.JPG"));
  origin_.serve("/c/PHOTO.jpg", ok(picture("third")));
  run_again({"/c/PHOTO.jpg"});
  EXPECT_FALSE(saved_files().contains("PHOTO.jpg")) << "an earlier run's name counts too";
  EXPECT_EQ(3u, saved_files().size());
}

/// A name is planned, and meanwhile somebody else takes it.
TEST_F(SecondRunTest, ForeignFilesAndLinksThatAppearInMidRunStay) {
  const auto gate = std::make_shared<Gate>();
  origin_.serve("/a.jpg", half_then_gate(picture("ours a"), gate));
  origin_.serve("/b.jpg", half_then_gate(picture("ours b"), gate));
  const std::string precious = folder_.write("precious", "precious");
  FanfetchProcess process(list_setup({"/a.jpg", "/b.jpg"}));
  ASSERT_TRUE(origin_.wait_for_at_once(2));
  write("a.jpg", "theirs");
  fs::create_symlink(precious, file("b.jpg"));
  gate->open();
  EXPECT_EQ(0, finish(process).exit_status);
  EXPECT_EQ("theirs", read_file(file("a.jpg")));
  EXPECT_EQ("precious", read_file(precious));
  for (const ResultLine& line : records()) {
    ASSERT_TRUE(line.file_name);
    EXPECT_TRUE(has(*line.file_name, "-")) << *line.file_name;
    EXPECT_TRUE(read_file(file(*line.file_name)).starts_with(picture("ours")));
  }
  EXPECT_EQ((Statuses{{"kept", 2}}), run_again({"/a.jpg", "/b.jpg"}));
}

TEST_F(SecondRunTest, ABigFileGoesOnInTheNextRun) {
  const std::string body = noise(3 << 20);
  Reply stuck = in_pieces(body);
  stuck.gate = std::make_shared<Gate>();
  stuck.gate_after = 2 << 20;
  origin_.serve_in_turn("/big.iso", {stuck, in_pieces(body)});
  {
    FanfetchProcess process(list_setup({"/big.iso"}));
    ASSERT_TRUE(eventually(
        [&] {
          const fs::path parts = fs::path(output()) / ".fanfetch/part";
          std::error_code none;
          for (const auto& entry : fs::directory_iterator(parts, none)) {
            if (entry.path().extension() == ".resume") return true;
          }
          return false;
        },
        kPatience));
    process.signal(SIGKILL);
    EXPECT_EQ(SIGKILL, finish(process).signal);
  }
  EXPECT_EQ((Statuses{{"saved", 1}}), run_again({"/big.iso"}));
  EXPECT_TRUE(origin_.requests("/big.iso").back().header("range"));
  EXPECT_TRUE(body == saved_files().at("big.iso"));
}

TEST_F(SecondRunTest, AServerThatCutsOftenGetsItDoneWithOneRetry) {
  Reply cut = in_pieces(noise(7 << 20));
  cut.cut_after = 3 << 19;  // 1.5 MiB of each answer: further than what costs an attempt
  cut.ending = Ending::close;
  origin_.serve("/big.iso", cut);
  EXPECT_EQ((Statuses{{"saved", 1}}), run_again({"/big.iso"}, {"--retries=1"}));
  EXPECT_EQ(5u, asked());
  EXPECT_TRUE(cut.body == saved_files().at("big.iso"));
}

}  // namespace
}  // namespace fanfetch::system
