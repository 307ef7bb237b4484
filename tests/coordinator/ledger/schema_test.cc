#include "coordinator/ledger/schema.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "coordinator/ledger/history.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

using Steps = std::span<const char* const>;

/// Each but the last fails when it is taken twice.
constexpr const char* kSteps[] = {
    "CREATE TABLE a(x); INSERT INTO a VALUES(1)",
    "CREATE TABLE b(x); INSERT INTO b SELECT x + 1 FROM a",
    "CREATE TABLE c(x)",
    "DELETE FROM a; this fails",
};
const Steps kGood = Steps(kSteps).first(3);

class SchemaTest : public ::testing::Test {
 protected:
  SchemaTest() : database_(open(temp_.at("a.sqlite"))) {}

  static std::unique_ptr<Database> open(const std::string& path) {
    return std::move(Database::open(path, Database::Access::read_write).value());
  }
  [[nodiscard]] std::int64_t tables() const {
    return database_->query_number("SELECT count(*) FROM sqlite_schema");
  }
  [[nodiscard]] std::int64_t version() const {
    return database_->query_number("PRAGMA user_version");
  }

  support::TempDir temp_;
  std::unique_ptr<Database> database_;
};

TEST_F(SchemaTest, AnEmptyDatabaseIsTheOldest) {
  EXPECT_EQ(format_of(*database_, kGood), Format::older);
  migrate(*database_, kGood);
  EXPECT_TRUE(database_->ok());
  EXPECT_EQ(format_of(*database_, kGood), Format::current);
  EXPECT_EQ(tables(), 3);
  EXPECT_EQ(version(), 3);
  EXPECT_EQ(database_->query_number("PRAGMA application_id"), 0x66616e66) << "for file(1)";
}

TEST_F(SchemaTest, TakesTheMissingStepsOnly) {
  migrate(*database_, kGood.first(1));
  ASSERT_EQ(format_of(*database_, kGood.first(1)), Format::current);
  database_->exec("UPDATE a SET x = 41");
  EXPECT_EQ(format_of(*database_, kGood), Format::older);
  migrate(*database_, kGood);
  EXPECT_TRUE(database_->ok());
  EXPECT_EQ(format_of(*database_, kGood), Format::current);
  EXPECT_EQ(database_->query_number("SELECT x FROM b"), 42) << "what was there went along";
}

TEST_F(SchemaTest, TakesAllStepsOrNone) {
  migrate(*database_, kGood.first(1));
  migrate(*database_, kSteps);
  const auto error = database_->take_error();
  ASSERT_TRUE(error);
  EXPECT_NE(error->message.find("this"), std::string::npos) << error->message;
  EXPECT_EQ(format_of(*database_, kSteps), Format::older);
  EXPECT_EQ(version(), 1);
  EXPECT_EQ(tables(), 1);
  EXPECT_EQ(database_->query_number("SELECT x FROM a"), 1);
  migrate(*database_, kGood);
  EXPECT_TRUE(database_->ok()) << "no transaction was left open";
}

TEST_F(SchemaTest, AnInterruptedBeginningIsTakenUp) {
  // Nothing but the application's id: a power cut after it.
  database_->exec("PRAGMA application_id = 0x66616e66");
  EXPECT_EQ(format_of(*database_, kGood), Format::older);
}

TEST_F(SchemaTest, KnowsALaterFormat) {
  migrate(*database_, kGood);
  EXPECT_EQ(format_of(*database_, kGood.first(2)), Format::newer);
}

TEST_F(SchemaTest, KnowsAnotherProgramsDatabase) {
  database_->exec("CREATE TABLE theirs(x)");
  EXPECT_EQ(format_of(*database_, kGood), Format::foreign);
}

TEST_F(SchemaTest, KnowsAnotherProgramsEmptyDatabase) {
  database_->exec("PRAGMA user_version = 2");
  EXPECT_EQ(format_of(*database_, kGood), Format::foreign);
  database_->exec("PRAGMA user_version = 0; PRAGMA application_id = 77");
  EXPECT_EQ(format_of(*database_, kGood), Format::foreign);
}

TEST_F(SchemaTest, WhatCannotBeReadHasNoFormat) {
  const auto garbage = open(temp_.write("garbage", std::string(4096, 'g')));
  EXPECT_EQ(format_of(*garbage, kGood), Format::unknown);
  EXPECT_EQ(garbage->take_error()->kind, DatabaseError::Kind::damaged);
}

TEST_F(SchemaTest, ALedgerOfTheFirstFormatKeepsItsRows) {
  migrate(*database_, ledger_steps().first(1));
  database_->exec(
      "INSERT INTO links(link, run, place, url, status, attempts) VALUES(x'00', 1, 2, 'u', "
      "'failed', 3)");
  migrate(*database_, ledger_steps());
  EXPECT_TRUE(database_->ok());
  EXPECT_EQ(database_->query_number("SELECT attempts FROM links WHERE columns IS NULL"), 3);
}

TEST_F(SchemaTest, ALedgerOfTheSecondFormatKeepsItsRowsAndKnowsNoTimes) {
  const std::string path = temp_.at("a.sqlite");
  migrate(*database_, ledger_steps().first(2));
  database_->exec(
      "INSERT INTO runs(pid, started_at) VALUES(1, 2);"
      "INSERT INTO links(link, run, place, url, status, attempts, duration_ms, last_modified, "
      "columns) VALUES(x'00112233445566778899aabbccddeeff', 1, 2, 'http://h/x', 'failed', 3, 250, "
      "'then', '{\"a\":1}')");
  ASSERT_TRUE(database_->ok());
  database_.reset();
  ASSERT_TRUE(open_ledger(path));
  const auto history = std::move(History::open(path).value());
  EXPECT_EQ(history->last_naming(), std::nullopt);
  int rows = 0;
  history->each_row([&](const LedgerRow& row) {
    ++rows;
    EXPECT_EQ(row.record.url, "http://h/x");
    EXPECT_EQ(row.record.attempts, 3);
    EXPECT_EQ(row.record.last_modified, "then");
    EXPECT_EQ(*row.record.columns, "{\"a\":1}");
    EXPECT_EQ(row.record.times.duration, std::chrono::milliseconds(250));
    EXPECT_FALSE(row.record.times.waited || row.record.times.dns || row.record.times.connect);
    EXPECT_EQ(row.record.requests, std::nullopt) << "unknown, not none";
    EXPECT_EQ(row.planned_name, "");
    return true;
  });
  EXPECT_EQ(rows, 1);
}

TEST_F(SchemaTest, ALedgerOfTheThirdFormatKnowsWhatFailed) {
  const std::string path = temp_.at("a.sqlite");
  migrate(*database_, ledger_steps().first(3));
  database_->exec(
      "INSERT INTO runs(pid, started_at, failed) VALUES(1, 2, 1);"
      "INSERT INTO links(link, run, place, url, status, file_name, attempts) VALUES"
      "(x'00112233445566778899aabbccddee01', 7, 1, 'http://h/x', 'failed', NULL, 3),"
      "(x'00112233445566778899aabbccddee02', 7, 2, 'http://h/y', 'saved', 'y', 1)");
  ASSERT_TRUE(database_->ok());
  database_.reset();
  ASSERT_TRUE(open_ledger(path));
  const auto history = std::move(History::open(path).value());
  EXPECT_EQ(history->rows_after(0).at(0).failed_since, 7);
  EXPECT_EQ(history->rows_after(0).at(1).failed_since, 0);
  EXPECT_EQ(history->database().query_number("SELECT count(*) FROM runs WHERE stood IS NULL"), 1);
}

TEST_F(SchemaTest, ALedgerOfTheFifthFormatHasNothingMeasured) {
  migrate(*database_, ledger_steps().first(5));
  database_->exec(
      "INSERT INTO runs(pid, started_at, ended_at, ending) VALUES(1, 2, 3, 'finished')");
  migrate(*database_, ledger_steps());
  EXPECT_TRUE(database_->ok());
  EXPECT_EQ(
      database_->query_number("SELECT count(*) FROM runs WHERE ended_at = 3 AND exit_status IS "
                              "NULL AND signal IS NULL"),
      1);
  EXPECT_EQ(database_->query_number("SELECT count(*) FROM samples"), 0);
}

/// Killed while files got their names.
TEST_F(SchemaTest, ALedgerOfTheEighthFormatKnowsNoNodes) {
  const std::string path = temp_.at("a.sqlite");
  migrate(*database_, ledger_steps().first(8));
  database_->exec(
      "INSERT INTO runs(pid, started_at, slice) VALUES(1, 2, '2/8 by origin');"
      "INSERT INTO links(row, link, run, place, url, status, file_name, name_key, bytes, mtime_ns, "
      "attempts, requests) VALUES"
      "(4, x'00112233445566778899aabbccddee01', 1, 1, 'http://h/x', 'saved', 'x', 77, 5, 6, 1, 2);"
      "INSERT INTO placing(row, part, inode) VALUES(4, 'aa', 9)");
  ASSERT_TRUE(database_->ok());
  database_.reset();
  {
    auto opened = open_ledger(path);
    ASSERT_TRUE(opened);
    SqliteLedger ledger(std::move(opened->database), path);
    const auto pending = ledger.pending();
    ASSERT_TRUE(pending);
    ASSERT_EQ(pending->size(), 1u);
    EXPECT_EQ(pending->at(0).name, "x");
    EXPECT_EQ(pending->at(0).rename.inode, 9u);
  }
  const auto history = std::move(History::open(path).value());
  const LedgerRow row = history->rows_after(0).at(0);
  EXPECT_EQ(row.record.node, std::nullopt);
  EXPECT_EQ(row.record.requests, 2u);
  EXPECT_EQ(history->database().query_number("SELECT count(*) FROM runs WHERE slice LIKE '2/8%'"),
            1);
  EXPECT_EQ(format_of(history->database(), ledger_steps().first(8)), Format::newer)
      << "an older fanfetch leaves it alone";
}

TEST_F(SchemaTest, TheLedgersOwnStepsWork) {
  migrate(*database_, ledger_steps());
  EXPECT_TRUE(database_->ok());
  EXPECT_EQ(format_of(*database_, ledger_steps()), Format::current);
  for (const char* table : {"links", "runs", "placing", "samples", "host_sums", "host_failures"}) {
    (void)database_->query_number(fmt::format("SELECT count(*) FROM {}", table).c_str());
    EXPECT_TRUE(database_->ok()) << table;
  }
}

/// A number that no time holds must not overflow.
TEST(LedgerTime, IsATimeWhateverTheNumber) {
  EXPECT_EQ(ledger_time(0), WallTime());
  EXPECT_EQ(format_rfc3339(ledger_time(1'795'378'325'123)), "2026-11-22T20:12:05.123Z");
  for (const std::int64_t late : {std::int64_t{1} << 50, std::int64_t{1} << 62, INT64_MAX}) {
    EXPECT_EQ(format_rfc3339(ledger_time(late)), "2200-01-01T00:00:00.000Z");
  }
  for (const std::int64_t early : {std::int64_t{-1}, INT64_MIN}) {
    EXPECT_EQ(ledger_time(early), WallTime());
  }
}

}  // namespace
}  // namespace fanfetch
