#include "coordinator/ledger/history.h"

#include <fmt/format.h>
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

class HistoryTest : public ::testing::Test {
 protected:
  /// Writes the rows through a connection of its own.
  void write(std::vector<LedgerRow> rows) const { write(open_sqlite(path_), std::move(rows)); }
  static void write(const OpenLedger& open, std::vector<LedgerRow> rows) {
    std::vector<LedgerEntry> batch;
    for (LedgerRow& row : rows) batch.push_back({.row = std::move(row), .rename = {}});
    const auto done = open.ledger->write(batch);
    EXPECT_TRUE(done) << done.error().message;
  }
  [[nodiscard]] std::string refusal() const {
    const auto history = History::open(path_);
    return history ? "" : history.error().message;
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
};

TEST_F(HistoryTest, SeesWhatAnotherConnectionCommitted) {
  const auto open = open_sqlite(path_);
  const auto history = open_history(path_);
  EXPECT_TRUE(history->is_empty());
  EXPECT_FALSE(history->find(link_of(1)));
  EXPECT_FALSE(history->name_taken(key_of("a.jpg"), 0));
  write(open, {saved_row(1, "a.jpg")});
  EXPECT_FALSE(history->is_empty());
  ASSERT_TRUE(history->find(link_of(1)));
  EXPECT_EQ(history->find(link_of(1))->record.file_name, "a.jpg");
  EXPECT_TRUE(history->name_taken(key_of("a.jpg"), 0));
  EXPECT_FALSE(history->find(link_of(2)));
  const NewName name{.row = 1, .name = "b.jpg", .name_key = key_of("b.jpg")};
  ASSERT_TRUE(open.ledger->rename(std::span(&name, 1)));
  EXPECT_EQ(history->find(link_of(1))->record.file_name, "b.jpg");
  EXPECT_FALSE(history->name_taken(key_of("a.jpg"), 0));
  EXPECT_FALSE(history->error());
}

TEST_F(HistoryTest, TheListsOwnColumnsComeBack) {
  const auto open = open_sqlite(path_);
  auto row = saved_row(1, "a.jpg");
  row.record.columns = std::make_shared<const std::string>(R"({"a":"b"})");
  write(open, {row, saved_row(2, "b.jpg")});
  const auto history = open_history(path_);
  EXPECT_EQ(*history->find(link_of(1))->record.columns, R"({"a":"b"})");
  EXPECT_EQ(history->find(link_of(2))->record.columns, nullptr);
  write(open, {saved_row(1, "a.jpg")});
  const auto after = history->find(link_of(1))->record.columns;
  ASSERT_NE(after, nullptr);
  EXPECT_EQ(*after, R"({"a":"b"})") << "a run without them";
  row.record.columns = std::make_shared<const std::string>("{}");
  write(open, {row});
  EXPECT_EQ(*history->find(link_of(1))->record.columns, "{}");
}

TEST_F(HistoryTest, KnowsWhoseANameIs) {
  write({saved_row(1, "a.jpg"), failed_row(2)});
  const auto history = open_history(path_);
  const std::uint64_t key = key_of("a.jpg");
  EXPECT_TRUE(history->name_taken(key, 0));
  EXPECT_TRUE(history->name_taken(key, 2));
  EXPECT_FALSE(history->name_taken(key, 1)) << "its own";
  EXPECT_FALSE(history->name_taken(key_of("b.jpg"), 0));
  EXPECT_FALSE(history->name_taken(0, 0)) << "of rows without a file";
}

TEST_F(HistoryTest, ShowsEveryRowInOrderUntilItIsEnough) {
  write({saved_row(7, "g"), failed_row(2), saved_row(5, "e")});
  write({saved_row(2, "b")});
  const auto history = open_history(path_);
  std::vector<std::uint64_t> places;
  history->each_row([&](const LedgerRow& row) {
    places.push_back(row.record.index);
    return true;
  });
  EXPECT_EQ(places, (std::vector<std::uint64_t>{7, 2, 5}));
  places.clear();
  history->each_row([&](const LedgerRow& row) {
    places.push_back(row.record.index);
    return places.size() < 2;
  });
  EXPECT_EQ(places, (std::vector<std::uint64_t>{7, 2}));
  EXPECT_FALSE(history->error());
}

TEST_F(HistoryTest, ReadsWhereNothingCanBeWritten) {
  write({saved_row(1, "a.jpg")});
  ASSERT_FALSE(fs::exists(path_ + "-wal")) << "closed in good order";
  const AsNobody nobody({}, temp_.path());
  const auto history = open_history(path_);
  ASSERT_TRUE(history);
  EXPECT_TRUE(history->find(link_of(1)));
  EXPECT_FALSE(history->find(link_of(2)));
  EXPECT_FALSE(history->error());
}

/// What a killed run left beside it belongs to it: as it lies, the database is an older one.
TEST_F(HistoryTest, DoesNotPretendWhereTheLogCannotBeRead) {
  const auto open = open_sqlite(path_);
  write(open, {saved_row(1, "a.jpg")});
  const std::string copy = temp_.at("killed/ledger.sqlite");
  fs::create_directory(temp_.at("killed"));
  for (const char* beside : {"", "-wal"}) fs::copy_file(path_ + beside, copy + beside);
  const AsNobody nobody({temp_.path()}, temp_.at("killed"));
  const auto history = History::open(copy);
  ASSERT_FALSE(history);
  EXPECT_NE(history.error().message.find("cannot read"), std::string::npos)
      << history.error().message;
}

/// Of each format that there ever was.
TEST_F(HistoryTest, ReadsWhatAnOlderFanfetchWrote) {
  const auto steps = ledger_steps();
  for (std::size_t format = 1; format <= steps.size(); ++format) {
    const std::string path = temp_.at(fmt::format("{}.sqlite", format));
    {
      const auto old = std::move(Database::open(path, Database::Access::read_write).value());
      migrate(*old, steps.first(format));
      old->exec(
          "INSERT INTO runs(pid, started_at, failed) VALUES(1, 2, 1);"
          "INSERT INTO links(link, run, place, url, status, file_name, name_key, attempts) VALUES"
          "(x'00112233445566778899aabbccddee01', 1, 1, 'http://h/x', 'failed', NULL, NULL, 3),"
          "(x'00112233445566778899aabbccddee02', 1, 2, 'http://h/y', 'saved', 'y', 77, 1)");
      ASSERT_TRUE(old->ok());
    }
    const AsNobody nobody({}, temp_.path());
    const auto history = open_history(path);
    ASSERT_TRUE(history) << format;
    const auto rows = history->rows_after(0);
    ASSERT_EQ(rows.size(), 2u) << format;
    EXPECT_EQ(rows[0].record.attempts, 3);
    EXPECT_EQ(rows[0].record.columns, nullptr);
    EXPECT_EQ(rows[0].record.times.waited, std::nullopt);
    EXPECT_EQ(rows[0].record.requests, std::nullopt);
    EXPECT_EQ(rows[0].record.node, std::nullopt);
    EXPECT_EQ(rows[0].planned_name, "");
    EXPECT_EQ(rows[0].failed_since, 1);
    EXPECT_EQ(rows[1].record.file_name, "y");
    EXPECT_EQ(rows[1].failed_since, 0);
    EXPECT_TRUE(history->find(rows[1].link));
    EXPECT_TRUE(history->name_taken(77, 1));
    EXPECT_EQ(history->last_naming(), std::nullopt);
    EXPECT_EQ(history->database().query_number("SELECT count(*) FROM runs WHERE stood IS NULL "
                                               "AND exit_status IS NULL"),
              1);
    for (const char* table : {"samples", "host_sums", "host_failures"}) {
      const auto count = fmt::format("SELECT count(run) FROM {}", table);
      EXPECT_EQ(history->database().query_number(count.c_str()), 0) << table;
    }
    EXPECT_FALSE(history->error()) << format;
    EXPECT_EQ(history->database().query_number("PRAGMA user_version"),
              static_cast<std::int64_t>(format));
  }
}

/// A look at ten million rows must stay one by the index.
TEST_F(HistoryTest, AnOlderFormatIsAskedByItsIndexes) {
  {
    const auto old = std::move(Database::open(path_, Database::Access::read_write).value());
    migrate(*old, ledger_steps().first(1));
  }
  const auto history = open_history(path_);
  ASSERT_TRUE(history);
  for (const char* question : {"SELECT row, columns, failed_since FROM links WHERE link=?",
                               "SELECT row, columns FROM links WHERE row>? ORDER BY row LIMIT ?",
                               "SELECT 1 FROM links WHERE name_key=? AND row<>? LIMIT 1"}) {
    const std::string explain = fmt::format("EXPLAIN QUERY PLAN {}", question);
    Statement plan(history->database(), explain.c_str());
    while (plan.step()) {
      for (int i = 0; i < 3; ++i) (void)plan.number();
      EXPECT_TRUE(plan.text().starts_with("SEARCH ")) << plan.text();
    }
  }
}

TEST_F(HistoryTest, SaysWhatIsNoLedger) {
  EXPECT_NE(refusal().find("there is no ledger"), std::string::npos) << refusal();
  (void)temp_.write("ledger.sqlite", std::string(5000, 'g'));
  EXPECT_NE(refusal().find("cannot read"), std::string::npos) << refusal();
  (void)temp_.write("ledger.sqlite", "");
  EXPECT_NE(refusal().find("is empty: no run"), std::string::npos) << refusal();
  fs::remove(path_);
  const auto exec = [this](const char* sql) {
    (*Database::open(path_, Database::Access::read_write))->exec(sql);
  };
  exec("CREATE TABLE theirs(x)");
  EXPECT_NE(refusal().find("not a ledger"), std::string::npos) << refusal();
  fs::remove(path_);
  write({});
  exec("PRAGMA user_version = 99");
  EXPECT_NE(refusal().find("later fanfetch"), std::string::npos) << refusal();
}

TEST_F(HistoryTest, WhatIsNoFileIsRefusedAtOnce) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
  fs::remove(path_);
  fs::create_directory(path_);
  EXPECT_NE(refusal().find("not a regular file"), std::string::npos) << refusal();
}

TEST_F(HistoryTest, ErrorsStay) {
  std::vector<LedgerRow> rows;
  for (unsigned i = 1; i <= 2000; ++i) rows.push_back(saved_row(i, std::to_string(i) + ".jpg"));
  write(std::move(rows));
  const auto size = fs::file_size(path_);
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(size / 3));
  file << std::string(size / 3, 'x');
  file.close();

  const auto history = open_history(path_);
  ASSERT_TRUE(history) << "it is found as soon as somebody gets there";
  std::size_t seen = 0;
  history->each_row([&](const LedgerRow&) { return ++seen > 0; });
  EXPECT_LT(seen, 2000u);
  ASSERT_TRUE(history->error());
  EXPECT_NE(history->error()->message.find(path_), std::string::npos);
  EXPECT_FALSE(history->find(link_of(1))) << "nothing is yielded from then on";
  EXPECT_TRUE(history->error());
}

}  // namespace
}  // namespace fanfetch
