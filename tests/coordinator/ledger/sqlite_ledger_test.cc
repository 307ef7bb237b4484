#include "coordinator/ledger/sqlite_ledger.h"

#include <gtest/gtest.h>

#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

class SqliteLedgerTest : public ::testing::Test {
 protected:
  SqliteLedgerTest() : open_(open_sqlite(path_)), ledger_(*open_.ledger) {}
  ~SqliteLedgerTest() override {
    // Whatever was done to it, it is sound.
    Statement check(*open_.database, "PRAGMA integrity_check");
    EXPECT_TRUE(check.step() && check.text() == "ok");
  }

  static void succeeds(const Ledger::Done& done) {
    EXPECT_TRUE(done) << (done ? "" : done.error().message);
  }
  /// Returns the number of its row.
  std::int64_t write(LedgerEntry entry) {
    succeeds(ledger_.write(std::span(&entry, 1)));
    return entry.row.row;
  }
  [[nodiscard]] std::vector<UnfinishedRename> pending() { return ledger_.pending().value(); }
  [[nodiscard]] LedgerRow find(unsigned number) const {
    return open_history(path_)->find(link_of(number)).value_or(LedgerRow{});
  }
  [[nodiscard]] std::int64_t count(const char* what) const {
    return open_.database->query_number(fmt::format("SELECT count(*) FROM {}", what).c_str());
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
  OpenLedger open_;
  SqliteLedger& ledger_;
};

TEST_F(SqliteLedgerTest, EveryKeyComesBack) {
  LedgerRow row = saved_row(1, "a/b.jpg");
  row.name_key = 0xfedcba9876543210;  // more than a signed number holds
  row.file = FileStamp{.size = 1ULL << 40, .mtime_ns = -1'234'567'890'123'456'789};
  Record& record = row.record;
  record.index = 1ULL << 40;
  record.bytes = row.file->size;
  record.sha256 = hash_of(9);
  record.http_status = 206;
  record.content_type = "image/jpeg";
  record.final_url = "http://y/b.jpg";
  record.etag = "\"tag\"";
  record.last_modified = "Sun, 22 Nov 2026 20:12:05 GMT";
  record.attempts = 3;
  record.error = ErrorClass::tls;
  record.retryable = false;
  record.message = "a sentence";
  record.started_at = WallTime(std::chrono::milliseconds(1'790'000'000'123));
  using namespace std::chrono_literals;
  record.times = {.duration = 4567ms,
                  .waited = 9876ms,
                  .dns = 1ms,
                  .connect = 2ms,
                  .tls = 3ms,
                  .first_byte = 4ms};
  record.requests = 1ULL << 40;
  record.node = "one-1a2b";
  row.planned_name = "meant/b.jpg";
  row.named_by_list = row.had_headers = true;
  succeeds(ledger_.begin_run(WallTime(), 1));
  write({.row = row, .rename = {}});

  const LedgerRow back = find(1);
  EXPECT_EQ(back.row, 1);
  EXPECT_EQ(back.run, ledger_.run());
  EXPECT_EQ(back.link, row.link);
  EXPECT_EQ(back.name_key, row.name_key);
  EXPECT_EQ(back.file, row.file);
  EXPECT_EQ(back.record.index, record.index);
  EXPECT_EQ(back.record.url, record.url);
  EXPECT_EQ(back.record.status, Status::saved);
  EXPECT_EQ(back.record.file_name, record.file_name);
  EXPECT_EQ(back.record.bytes, record.bytes);
  EXPECT_EQ(back.record.sha256, record.sha256);
  EXPECT_EQ(back.record.http_status, record.http_status);
  EXPECT_EQ(back.record.content_type, record.content_type);
  EXPECT_EQ(back.record.final_url, record.final_url);
  EXPECT_EQ(back.record.etag, record.etag);
  EXPECT_EQ(back.record.last_modified, record.last_modified);
  EXPECT_EQ(back.record.attempts, 3);
  EXPECT_EQ(back.record.error, ErrorClass::tls);
  EXPECT_EQ(back.record.retryable, false);
  EXPECT_EQ(back.record.message, record.message);
  EXPECT_EQ(back.record.started_at, record.started_at);
  EXPECT_EQ(back.record.times.duration, 4567ms);
  EXPECT_EQ(back.record.times.waited, 9876ms);
  EXPECT_EQ(back.record.times.dns, 1ms);
  EXPECT_EQ(back.record.times.connect, 2ms);
  EXPECT_EQ(back.record.times.tls, 3ms);
  EXPECT_EQ(back.record.times.first_byte, 4ms);
  EXPECT_EQ(back.record.requests, record.requests);
  EXPECT_EQ(back.record.node, record.node);
  EXPECT_EQ(back.planned_name, row.planned_name);
  EXPECT_TRUE(back.named_by_list && back.had_headers);
}

TEST_F(SqliteLedgerTest, WhatIsUnknownStaysUnknown) {
  LedgerRow row{.link = link_of(1)};
  row.record.url = "";
  write({.row = row, .rename = {}});
  const LedgerRow back = find(1);
  EXPECT_EQ(back.row, 1);
  EXPECT_EQ(back.file, std::nullopt);
  const Record& record = back.record;
  EXPECT_EQ(record.status, Status::failed);
  EXPECT_FALSE(record.file_name || record.bytes || record.sha256 || record.http_status);
  EXPECT_FALSE(record.content_type || record.final_url || record.etag || record.last_modified);
  EXPECT_FALSE(record.error || record.retryable || record.message || record.started_at);
  EXPECT_FALSE(record.times.duration || record.times.waited || record.times.dns);
  EXPECT_FALSE(record.times.connect || record.times.tls || record.times.first_byte);
  EXPECT_EQ(record.requests, 0u) << "that is known";
  EXPECT_FALSE(record.node);
  EXPECT_EQ(back.planned_name, "");
  EXPECT_FALSE(back.named_by_list || back.had_headers);
}

TEST_F(SqliteLedgerTest, KnowsSinceWhenALinkFails) {
  const auto failed_since = [this](LedgerEntry entry) {
    write(std::move(entry));
    return find(1).failed_since;
  };
  const LedgerEntry failed{.row = failed_row(1), .rename = {}};
  const LedgerEntry saved{.row = saved_row(1, "a.jpg"), .rename = {}};
  succeeds(ledger_.begin_run(WallTime(), 1));
  EXPECT_EQ(failed_since(failed), 1);
  EXPECT_EQ(failed_since(failed), 1) << "twice in one list, as a line that is no URL may be";
  EXPECT_EQ(count("links WHERE failed_since IS NULL"), 0);
  succeeds(ledger_.begin_run(WallTime(), 1));
  EXPECT_EQ(failed_since(failed), 1);
  EXPECT_EQ(find(1).run, 2);
  EXPECT_EQ(failed_since(saved), 0);
  EXPECT_EQ(failed_since(failed), 2) << "it did not fail in between";
  EXPECT_EQ(failed_since(saved), 0);
  succeeds(ledger_.mark_for_refetch(std::vector<Spoilt>{{1, "changed"}}));
  EXPECT_EQ(find(1).failed_since, 0) << "no run has failed";
  succeeds(ledger_.begin_run(WallTime(), 1));
  EXPECT_EQ(failed_since(failed), 3);
}

TEST_F(SqliteLedgerTest, ARowWhoseFileStaysIsMarkedWhileItsLinkFails) {
  succeeds(ledger_.begin_run(WallTime(), 1));
  write({.row = saved_row(1, "a.jpg"), .rename = {}});
  const auto asked_again = [this](Status status) {
    succeeds(ledger_.begin_run(WallTime(), 1));
    LedgerRow row = failed_row(1);
    row.record.status = status;
    write({.row = row, .rename = {}, .file_stays = true});
    const LedgerRow back = find(1);
    EXPECT_EQ(back.run, 1);
    EXPECT_EQ(back.record.status, Status::saved);
    EXPECT_EQ(back.record.file_name, "a.jpg");
    EXPECT_EQ(back.record.message, std::nullopt);
    return back.failed_since;
  };
  EXPECT_EQ(asked_again(Status::failed), 2);
  EXPECT_EQ(asked_again(Status::kept), 0);
  EXPECT_EQ(asked_again(Status::failed), 4);
  succeeds(ledger_.begin_run(WallTime(), 1));
  write({.row = failed_row(1), .rename = {}});
  EXPECT_EQ(find(1).failed_since, 4) << "the user removed the file meanwhile";
}

TEST_F(SqliteLedgerTest, AFinalUrlThatIsTheListedOneTakesNoRoom) {
  LedgerRow row = saved_row(1, "a.jpg");
  row.record.final_url = row.record.url;
  write({.row = row, .rename = {}});
  EXPECT_EQ(find(1).record.final_url, row.record.url);
  EXPECT_EQ(count("links WHERE final_url=''"), 1);
}

TEST_F(SqliteLedgerTest, EveryErrorClassComesBack) {
  for (unsigned i = 0; i < kErrorClasses; ++i) {
    write({.row = failed_row(i, static_cast<ErrorClass>(i)), .rename = {}});
    EXPECT_EQ(find(i).record.error, static_cast<ErrorClass>(i));
  }
}

TEST_F(SqliteLedgerTest, ALinksNewRowTakesTheOldOnesPlace) {
  std::vector<LedgerEntry> batch;
  for (unsigned i = 1; i <= 3; ++i) batch.push_back({.row = failed_row(i), .rename = {}});
  succeeds(ledger_.begin_run(WallTime(), 1));
  succeeds(ledger_.write(batch));
  EXPECT_EQ(batch[0].row.row, 1);
  EXPECT_EQ(batch[2].row.row, 3);
  succeeds(ledger_.begin_run(WallTime(), 1));
  EXPECT_EQ(write({.row = saved_row(2, "b.jpg"), .rename = {}}), 2) << "rows are stable";
  EXPECT_EQ(write({.row = saved_row(9, "n.jpg"), .rename = {}}), 4) << "and dense";
  EXPECT_EQ(count("links"), 4);
  const LedgerRow back = find(2);
  EXPECT_EQ(back.record.status, Status::saved);
  EXPECT_EQ(back.record.file_name, "b.jpg");
  EXPECT_FALSE(back.record.error || back.record.message) << "nothing of the old one is left";
  EXPECT_EQ(back.run, 2);
  EXPECT_EQ(find(1).run, 1);

  write({.row = failed_row(2), .rename = {}});
  EXPECT_FALSE(find(2).record.file_name || find(2).file);
  EXPECT_EQ(count("links WHERE name_key IS NOT NULL"), 1) << "a row without a file takes no name";
}

TEST_F(SqliteLedgerTest, NotesWhatIsToBePlacedUntilTheNextBatch) {
  LedgerEntry entry = placing_entry(1, "a.jpg", ~0ULL);
  entry.rename->replaces = FileStamp{.size = 5, .mtime_ns = -6};
  const auto row = write(entry);
  const auto noted = pending();
  ASSERT_EQ(noted.size(), 1u);
  EXPECT_EQ(noted[0].row, row);
  EXPECT_EQ(noted[0].name, "a.jpg");
  EXPECT_EQ(noted[0].hash, hash_of(1));
  EXPECT_EQ(noted[0].file, (FileStamp{4, 1234}));
  EXPECT_EQ(noted[0].rename.part, part_of(1));
  EXPECT_EQ(noted[0].rename.inode, ~0ULL);
  EXPECT_EQ(noted[0].rename.replaces, (FileStamp{5, -6}));

  write(placing_entry(2, "b.jpg"));
  ASSERT_EQ(pending().size(), 1u);
  EXPECT_EQ(pending()[0].name, "b.jpg");
  EXPECT_EQ(pending()[0].rename.replaces, std::nullopt);
  write({.row = failed_row(3), .rename = {}});
  EXPECT_TRUE(pending().empty());
}

/// Many are noted with one statement, what is left of them with one each.
TEST_F(SqliteLedgerTest, NotesEachOfManyPartsAsItIs) {
  for (const unsigned count : {33U, 64U}) {
    SCOPED_TRACE(count);
    std::vector<LedgerEntry> batch{{.row = failed_row(1000), .rename = {}}};
    for (unsigned number = 1; number <= count; ++number) {
      batch.push_back(placing_entry(number, std::to_string(number), ~0ULL - number));
      batch.back().row.record.bytes = 100 + number;
      batch.back().row.file = FileStamp{.size = 100 + number, .mtime_ns = 200 + number};
      if (number % 3 != 0) {  // 3: another pattern each time that the statement is used
        batch.back().rename->replaces =
            FileStamp{.size = 300 + number, .mtime_ns = -std::int64_t{number}};
      }
    }
    succeeds(ledger_.write(batch));
    const auto noted = pending();
    ASSERT_EQ(noted.size(), count);
    for (unsigned number = 1; number <= count; ++number) {
      SCOPED_TRACE(number);
      const LedgerEntry& wanted = batch[number];
      const UnfinishedRename& got = noted[number - 1];
      EXPECT_EQ(got.row, wanted.row.row);
      EXPECT_EQ(got.name, wanted.row.record.file_name);
      EXPECT_EQ(got.hash, hash_of(number));
      EXPECT_EQ(got.file, wanted.row.file);
      EXPECT_EQ(got.rename.part, part_of(number));
      EXPECT_EQ(got.rename.inode, wanted.rename->inode);
      EXPECT_EQ(got.rename.replaces, wanted.rename->replaces);
    }
  }
}

TEST_F(SqliteLedgerTest, KnowsWhoseANameIs) {
  write({.row = saved_row(1, "a.jpg"), .rename = {}});
  EXPECT_TRUE(ledger_.name_taken(key_of("a.jpg"), link_of(2)));
  EXPECT_FALSE(ledger_.name_taken(key_of("a.jpg"), link_of(1))) << "its own";
  EXPECT_FALSE(ledger_.name_taken(key_of("b.jpg"), link_of(2)));
}

TEST_F(SqliteLedgerTest, ClearRenamesForgetsAll) {
  write(placing_entry(1, "a.jpg"));
  succeeds(ledger_.clear_renames());
  EXPECT_TRUE(pending().empty());
  EXPECT_EQ(find(1).record.status, Status::saved);
}

TEST_F(SqliteLedgerTest, RenameChangesNamesAlone) {
  const auto row = write(placing_entry(1, "a.jpg"));
  const NewName name{.row = row, .name = "a-1.jpg", .name_key = 1ULL << 63 | 5};
  succeeds(ledger_.rename(std::span(&name, 1)));
  const LedgerRow back = find(1);
  EXPECT_EQ(back.record.file_name, "a-1.jpg");
  EXPECT_EQ(back.name_key, name.name_key);
  EXPECT_EQ(back.record.status, Status::saved);
  ASSERT_EQ(pending().size(), 1u) << "it is still to be placed";
  EXPECT_EQ(pending()[0].name, "a-1.jpg");
}

TEST_F(SqliteLedgerTest, WhatIsGivenUpFailedAndHasNoFile) {
  std::vector<LedgerEntry> batch{placing_entry(1, "a.jpg"), placing_entry(2, "b.jpg")};
  batch[0].row.record.sha256 = hash_of(1);
  succeeds(ledger_.write(batch));
  const Unplaced part{.row = batch[0].row.row, .message = "no name"};
  succeeds(ledger_.give_up(std::span(&part, 1)));
  const LedgerRow back = find(1);
  EXPECT_EQ(back.record.status, Status::failed);
  EXPECT_EQ(back.record.error, ErrorClass::disk);
  EXPECT_EQ(back.record.retryable, true);
  EXPECT_EQ(back.record.message, "no name");
  EXPECT_FALSE(back.record.file_name || back.record.bytes || back.record.sha256 || back.file);
  EXPECT_FALSE(open_history(path_)->name_taken(key_of("a.jpg"), 0));
  EXPECT_EQ(count("placing"), 1);
  ASSERT_EQ(pending().size(), 1u);
  EXPECT_EQ(pending()[0].name, "b.jpg");
  EXPECT_EQ(find(2).record.status, Status::saved);
}

TEST_F(SqliteLedgerTest, RunsAreCountedAndSummedUp) {
  const WallTime start(std::chrono::milliseconds(1000)), end(std::chrono::milliseconds(5000));
  succeeds(ledger_.begin_run(start, 42));
  EXPECT_EQ(ledger_.run(), 1);
  succeeds(ledger_.begin_run(start, 43));
  EXPECT_EQ(ledger_.run(), 2);
  EXPECT_EQ(count("runs WHERE ended_at IS NULL"), 2) << "both are running, or were killed";
  const RunSummary summary{.saved = 1,
                           .kept = 2,
                           .skipped = 3,
                           .failed = 4,
                           .bytes = 1ULL << 40,
                           .stood = 3,
                           .ending = "finished",
                           .exit_status = 1};
  succeeds(ledger_.end_run(summary, end));
  EXPECT_EQ(count("runs WHERE run=1 AND pid=42 AND ended_at IS NULL"), 1);
  EXPECT_EQ(count("runs WHERE run=2 AND pid=43 AND started_at=1000 AND ended_at=5000 AND saved=1 "
                  "AND kept=2 AND skipped=3 AND failed=4 AND bytes=1099511627776 "
                  "AND stood=3 AND ending='finished' AND exit_status=1 AND signal IS NULL"),
            1);
}

TEST_F(SqliteLedgerTest, ARunsCommandAndWhatItIsToldAreKept) {
  const WallTime start(std::chrono::milliseconds(1000));
  succeeds(ledger_.begin_run(start, 42, {}, 0, "fanfetch -o D urls.txt"));
  EXPECT_EQ(open_history(path_)->last_command(), "fanfetch -o D urls.txt");
  EXPECT_EQ(count("runs WHERE told IS NULL"), 1);
  succeeds(ledger_.note_told(start, "set jobs 8"));
  succeeds(ledger_.note_told(start, "resumed"));
  EXPECT_EQ(count("runs WHERE told='1970-01-01T00:00:01.000Z set jobs 8\n1970-01-01T00:00:01.000Z "
                  "resumed\n'"),
            1);
  for (int i = 0; i < 10; ++i) succeeds(ledger_.note_told(start, std::string(20'000, 'x')));
  EXPECT_EQ(count("runs WHERE length(told) < 100000"), 1) << "it is bounded";
  succeeds(ledger_.begin_run(start, 43));
  EXPECT_EQ(open_history(path_)->last_command(), std::nullopt);
}

TEST_F(SqliteLedgerTest, ABatchThatFailsLeavesNothing) {
  write(placing_entry(1, "a.jpg"));
  // The disk is full as soon as the file is to grow.
  open_.database->exec("PRAGMA max_page_count = 1");
  std::vector<LedgerEntry> batch;
  for (unsigned i = 1; i <= 200; ++i) {
    batch.push_back(placing_entry(i, std::to_string(i)));
    batch.back().row.record.message = std::string(1000, 'm');
  }
  const auto full = ledger_.write(batch);
  ASSERT_FALSE(full);
  EXPECT_TRUE(full.error().full);
  EXPECT_NE(full.error().message.find(path_), std::string::npos) << full.error().message;
  EXPECT_EQ(count("links"), 1);
  EXPECT_EQ(find(1).record.file_name, "a.jpg");
  ASSERT_EQ(pending().size(), 1u) << "what was to be placed still is";

  open_.database->exec("PRAGMA max_page_count = 100000");
  succeeds(ledger_.write(batch));
  EXPECT_EQ(count("links"), 200);
  EXPECT_EQ(pending().size(), 200u);
}

TEST_F(SqliteLedgerTest, ARowThatIsRefusedTakesItsBatchAlong) {
  open_.database->exec(
      "CREATE TRIGGER bad BEFORE INSERT ON links WHEN new.place = 2 "
      "BEGIN SELECT RAISE(FAIL, 'not that one'); END");
  std::vector<LedgerEntry> batch;
  for (unsigned i = 1; i <= 3; ++i) batch.push_back(placing_entry(i, std::to_string(i)));
  const auto done = ledger_.write(batch);
  ASSERT_FALSE(done);
  EXPECT_FALSE(done.error().full);
  EXPECT_NE(done.error().message.find("not that one"), std::string::npos);
  EXPECT_EQ(count("links"), 0);
  EXPECT_EQ(count("placing"), 0);
  open_.database->exec("DROP TRIGGER bad");
  succeeds(ledger_.write(batch));
}

}  // namespace
}  // namespace fanfetch
