#include "coordinator/settle/run_ledger.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

#include "coordinator/ledger/history.h"
#include "coordinator/names/path_text.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;

class RunLedgerTest : public ::testing::Test {
 protected:
  [[nodiscard]] tl::expected<RunLedger, Exit> try_to_open(const std::string& ledger) const {
    auto folder = OutputFolder::open({.output = out_, .ledger = ledger});
    if (!folder) return tl::unexpected(folder.error());
    return open_run_ledger(std::move(*folder));
  }
  [[nodiscard]] RunLedger open(const std::string& ledger = "") const {
    auto opened = try_to_open(ledger);
    if (!opened) ADD_FAILURE() << opened.error().text;
    return std::move(opened.value());
  }
  /// Why not; "" if it can.
  [[nodiscard]] std::string refusal(const std::string& ledger = "") const {
    const auto opened = try_to_open(ledger);
    return opened ? "" : opened.error().text;
  }
  /// A run that was killed between its transaction and its renames.
  void leave_part(const std::string& part, const std::string& name) const {
    const RunLedger run = open();
    const std::string path = temp_.write("out/.fanfetch/part/" + part, "body");
    struct stat status {};
    ASSERT_EQ(::stat(path.c_str(), &status), 0);
    LedgerEntry entry;
    entry.row.record = {.url = "http://x/", .status = Status::saved, .file_name = name, .bytes = 4};
    entry.row.file = stamp_of(status);
    entry.rename = PendingRename{.part = part, .inode = status.st_ino, .replaces = {}};
    ASSERT_TRUE(run.ledger->write(std::span(&entry, 1)));
  }

  support::TempDir temp_;
  const std::string out_ = temp_.at("out");
  const std::string part_ = std::string(64, 'a');
};

TEST_F(RunLedgerTest, LiesInTheFolder) {
  const RunLedger run = open();
  EXPECT_EQ(run.path, out_ + "/.fanfetch/ledger.sqlite");
  EXPECT_TRUE(fs::exists(run.path));
  EXPECT_EQ(run.notice, std::nullopt);
}

TEST_F(RunLedgerTest, OrWhereTheUserWantsIt) {
  EXPECT_EQ(open(temp_.at("elsewhere")).path, temp_.at("elsewhere"));
  EXPECT_TRUE(fs::exists(temp_.at("elsewhere")));
  EXPECT_FALSE(fs::exists(out_ + "/.fanfetch/ledger.sqlite"));
}

/// Cleaning first would throw away what is only waiting for its name.
TEST_F(RunLedgerTest, FinishesWhatAKillLeftAndThenCleans) {
  leave_part(part_, "a.jpg");
  (void)temp_.write("out/.fanfetch/part/useless", "x");
  (void)temp_.write("out/.fanfetch/part/bb", "x");
  (void)temp_.write("out/.fanfetch/part/bb.resume", "x");
  const RunLedger run = open();
  EXPECT_EQ(support::read_file(out_ + "/a.jpg"), "body");
  EXPECT_EQ(support::files_in(out_ + "/.fanfetch/part"),
            (std::map<std::string, std::string>{{"bb", "x"}, {"bb.resume", "x"}}));
  EXPECT_TRUE(run.ledger->pending()->empty());
}

TEST_F(RunLedgerTest, NamesAreMadeAsThePlanMakesThem) {
  leave_part(part_, "a.jpg");
  (void)temp_.write("out/a.jpg", "foreign");
  { const RunLedger run = open(); }
  EXPECT_EQ(support::read_file(out_ + "/a-aaaaaaaa.jpg"), "body");
  const auto history = History::open(out_ + "/.fanfetch/ledger.sqlite");
  ASSERT_TRUE(history);
  EXPECT_TRUE((*history)->name_taken(name_key("A-AAAAAAAA.jpg"), 0));
}

/// An adopted file's link is never in flight, and its name may be claimed by another link by then.
TEST_F(RunLedgerTest, WhatWasNeverOnItsWayFreesNoName) {
  RunLedger run = open();
  Reserve reserve(run.path + "-reserve");
  LinksInFlight links;
  NameClaims names(run.output.fd());
  RunReport report({.progress = Progress::Style::none}, std::nullopt, Instant{});
  RunMeasures measures(*run.ledger, std::nullopt, Instant{}, [](const std::string&) {});
  const SettlerHooks hooks = settler_hooks(run, reserve, links, names, report, measures, {});
  const auto is_taken = [](std::uint64_t) { return false; };
  const LinkId id{1};
  const ClaimedName claimed = names.claim("a.jpg", Sha256Digest{}, is_taken);
  hooks.on_settled(id, claimed.key, claimed.key);
  EXPECT_NE(names.claim("a.jpg", Sha256Digest{}, is_taken).name, "a.jpg");
  links.add(id, 1);
  hooks.on_settled(id, claimed.key, claimed.key);
  EXPECT_EQ(names.claim("a.jpg", Sha256Digest{}, is_taken).name, "a.jpg");
}

TEST_F(RunLedgerTest, ADamagedLedgerIsToldAndCostsNoRun) {
  (void)temp_.write("out/.fanfetch/ledger.sqlite", std::string(5000, 'g'));
  EXPECT_NE(open().notice.value_or("").find(".damaged-1"), std::string::npos);
}

TEST_F(RunLedgerTest, ALedgerThatCannotBeOpenedThrowsNothingAway) {
  leave_part(part_, "a.jpg");
  fs::rename(out_ + "/.fanfetch/ledger.sqlite", temp_.at("kept"));
  fs::create_directory(out_ + "/.fanfetch/ledger.sqlite");
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
  EXPECT_TRUE(fs::exists(out_ + "/.fanfetch/part/" + part_));
}

TEST_F(RunLedgerTest, AnotherFoldersLedgerIsRefused) {
  const std::string ledger = temp_.at("elsewhere");
  ASSERT_TRUE(open(ledger).ledger->begin_run({}, 1));
  fs::remove(out_ + "/.fanfetch/ledger-id");
  EXPECT_NE(refusal(ledger).find("belongs to another folder"), std::string::npos);
  (void)temp_.write("out/.fanfetch/ledger-id", std::string(32, 'f') + '\n');
  EXPECT_NE(refusal(ledger).find("belongs to another folder"), std::string::npos);
}

/// A power cut emptied the note, and the user must not be locked out of the ledger.
TEST_F(RunLedgerTest, AnEmptyNoteOfTheLedgerHeals) {
  const std::string ledger = temp_.at("elsewhere");
  std::string id;
  {
    const RunLedger run = open(ledger);
    ASSERT_TRUE(run.ledger->begin_run({}, 1));
    id = run.ledger->identity();
  }
  (void)temp_.write("out/.fanfetch/ledger-id", "");
  EXPECT_EQ(refusal(ledger), "");
  EXPECT_EQ(support::read_file(out_ + "/.fanfetch/ledger-id"), id + '\n');
}

/// The folder that the user names may lie elsewhere.
TEST_F(RunLedgerTest, TheFolderMayBeALink) {
  fs::create_directory(temp_.at("real"));
  fs::create_directory_symlink(temp_.at("real"), out_);
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(fs::exists(temp_.at("real/.fanfetch/ledger.sqlite")));
}

}  // namespace
}  // namespace fanfetch
