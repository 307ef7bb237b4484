#include "coordinator/ledger/open_ledger.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "coordinator/ledger/schema.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/as_nobody.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

namespace fs = std::filesystem;
using support::read_file;

class OpenLedgerTest : public ::testing::Test {
 protected:
  /// What the error says; "" if there is none.
  [[nodiscard]] std::string refusal() const {
    const auto opened = open_ledger(path_);
    return opened ? "" : opened.error().message;
  }
  /// Writes rows into a ledger and closes it.
  void fill(unsigned rows) const {
    const auto open = open_sqlite(path_);
    std::vector<LedgerEntry> entries;
    for (unsigned i = 1; i <= rows; ++i) {
      entries.push_back({.row = saved_row(i, std::to_string(i) + ".jpg"), .rename = {}});
      entries.back().row.record.message = std::string(500, 'm');
    }
    EXPECT_TRUE(open.ledger->write(entries));
  }
  /// Overwrites the bytes from a third to two thirds of the file.
  void damage_the_middle() const {
    const auto size = static_cast<std::streamoff>(fs::file_size(path_));
    std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(size / 3);
    file << std::string(static_cast<std::size_t>(size / 3), 'x');
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
};

TEST_F(OpenLedgerTest, MakesWhatIsMissing) {
  const auto opened = open_ledger(path_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->notice, std::nullopt);
  EXPECT_EQ(format_of(*opened->database, ledger_steps()), Format::current);
}

TEST_F(OpenLedgerTest, IsSafeAgainstPowerCuts) {
  const auto opened = open_ledger(path_);
  EXPECT_EQ(opened->database->query_number("PRAGMA synchronous"), 2) << "FULL";
  EXPECT_TRUE(fs::exists(path_ + "-wal"));
}

TEST_F(OpenLedgerTest, WhatWasWrittenIsThereAgain) {
  fill(3);
  const auto opened = open_ledger(path_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->database->query_number("SELECT count(*) FROM links"), 3);
}

TEST_F(OpenLedgerTest, BringsAnEmptyFileUpToDate) {
  (void)temp_.write("ledger.sqlite", "");
  const auto opened = open_ledger(path_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->notice, std::nullopt);
}

TEST_F(OpenLedgerTest, MovesDamagedOnesAside) {
  for (int n = 1; n <= 2; ++n) {
    const std::string garbage(5000, static_cast<char>('f' + n));
    (void)temp_.write("ledger.sqlite", garbage);
    const auto opened = open_ledger(path_);
    ASSERT_TRUE(opened) << opened.error().message;
    const std::string aside = path_ + ".damaged-" + std::to_string(n);
    EXPECT_EQ(read_file(aside), garbage) << "kept as it was";
    ASSERT_TRUE(opened->notice);
    EXPECT_NE(opened->notice->find(aside), std::string::npos) << *opened->notice;
    EXPECT_EQ(opened->database->query_number("SELECT count(*) FROM links"), 0);
  }
}

TEST_F(OpenLedgerTest, WhatLiesBesideItGoesAlong) {
  (void)temp_.write("ledger.sqlite", "damaged");
  (void)temp_.write("ledger.sqlite-wal", "wal");
  (void)temp_.write("ledger.sqlite-shm", "shm");
  EXPECT_EQ(move_ledger_aside(path_), path_ + ".damaged-1");
  EXPECT_EQ(read_file(path_ + ".damaged-1"), "damaged");
  EXPECT_EQ(read_file(path_ + ".damaged-1-wal"), "wal");
  EXPECT_EQ(read_file(path_ + ".damaged-1-shm"), "shm");
  EXPECT_EQ(std::distance(fs::directory_iterator(temp_.path()), fs::directory_iterator()), 3);
  EXPECT_EQ(move_ledger_aside(path_), std::nullopt) << "there is none any more";
}

TEST_F(OpenLedgerTest, DamageBehindTheFirstPageIsFound) {
  fill(1);
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(4096);
  file << std::string(fs::file_size(path_) - 4096, 'x');
  file.close();
  const auto opened = open_ledger(path_);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->notice);
}

/// Nobody reads a whole ledger at the start: some damage shows later.
TEST_F(OpenLedgerTest, DamageMetInMidRunIsMovedAsideAtItsEnd) {
  fill(2000);
  damage_the_middle();
  {
    const auto open = open_sqlite(path_);
    std::vector<LedgerEntry> entries;
    for (unsigned i = 1; i <= 2000; ++i) entries.push_back({.row = failed_row(i), .rename = {}});
    const auto done = open.ledger->write(entries);
    ASSERT_FALSE(done);
    EXPECT_FALSE(done.error().full);
    EXPECT_NE(done.error().message.find("moved aside"), std::string::npos) << done.error().message;
    EXPECT_FALSE(fs::exists(path_ + ".damaged-1")) << "not while it is open";
  }
  EXPECT_TRUE(fs::exists(path_ + ".damaged-1"));
  EXPECT_FALSE(fs::exists(path_));
  const auto opened = open_ledger(path_);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->database->query_number("SELECT count(*) FROM links"), 0);
}

/// SQLite removes the log of a closed database by its name, which may be a new ledger's by then.
TEST_F(OpenLedgerTest, ADamagedOneThatSomebodyReadsWaitsForTheNextStart) {
  fill(1);
  const auto reader = open_history(path_);
  {
    const auto open = open_sqlite(path_);
    open.ledger->note_damage();
    open.ledger->note_lasting_reader();
  }
  EXPECT_TRUE(fs::exists(path_)) << "it is being read";
  EXPECT_FALSE(fs::exists(path_ + ".damaged-1"));
  EXPECT_TRUE(reader->find(link_of(1)));
  const auto opened = open_ledger(path_);
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_NE(opened->notice.value_or("").find("an earlier run"), std::string::npos);
  EXPECT_TRUE(fs::exists(path_ + ".damaged-1"));
  EXPECT_EQ(opened->database->query_number("SELECT count(*) FROM links"), 0);
  EXPECT_EQ(open_ledger(path_)->notice, std::nullopt) << "once";
}

TEST_F(OpenLedgerTest, AMarkOfDamageIsAsGoodAsDamage) {
  fill(1);
  ASSERT_EQ(mark_ledger_damaged(path_), 0);
  const auto refused = open_ledger(path_, OnDamage::refuse);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("is damaged"), std::string::npos);
  fs::remove(path_);
  EXPECT_EQ(open_ledger(path_)->notice, std::nullopt) << "the user has removed it";
  EXPECT_EQ(open_ledger(path_)->notice, std::nullopt) << "and the mark does not meet the new one";
}

TEST_F(OpenLedgerTest, AnotherProgramsDatabaseStaysAsItIs) {
  {
    const auto theirs = Database::open(path_, Database::Access::read_write);
    (*theirs)->exec("CREATE TABLE theirs(x)");
  }
  const std::string before = read_file(path_);
  EXPECT_NE(refusal().find("another program's"), std::string::npos) << refusal();
  EXPECT_EQ(read_file(path_), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(temp_.path()), fs::directory_iterator()), 1);
}

TEST_F(OpenLedgerTest, ALaterFormatIsRefused) {
  fill(1);
  {
    auto opened = open_ledger(path_);
    opened->database->exec("PRAGMA user_version = 99");
  }
  EXPECT_NE(refusal().find("later fanfetch"), std::string::npos) << refusal();
  EXPECT_NE(refusal().find("99"), std::string::npos) << refusal();
  EXPECT_FALSE(fs::exists(path_ + ".damaged-1"));
}

TEST_F(OpenLedgerTest, WhatIsNoFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
  fs::remove(path_);
  fs::create_symlink(temp_.at("elsewhere"), path_);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
  EXPECT_FALSE(fs::exists(temp_.at("elsewhere")));
}

TEST_F(OpenLedgerTest, AFolderThatMayNotBeWrittenIsRefused) {
  const AsNobody nobody({}, temp_.path());
  EXPECT_NE(refusal().find("--ledger"), std::string::npos) << refusal();
}

TEST_F(OpenLedgerTest, WhatCannotBeMovedAsideIsRefusedAndStays) {
  (void)temp_.write("ledger.sqlite", std::string(5000, 'g'));
  fs::permissions(path_, fs::perms::all);
  const AsNobody nobody({}, temp_.path());
  EXPECT_NE(refusal().find("cannot write the ledger"), std::string::npos) << refusal();
  EXPECT_EQ(read_file(path_), std::string(5000, 'g'));
}

}  // namespace
}  // namespace fanfetch
