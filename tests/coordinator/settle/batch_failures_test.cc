#include <cerrno>

#include "tests/coordinator/settle/settler_fixture.h"
#include "tests/support/as_nobody.h"

// Batches that cannot be settled: nothing is recorded that does not hold, and nothing is reported
// saved that is not.

namespace fanfetch {
namespace {

class BatchFailuresTest : public SettlerFixture {
 protected:
  void expect_failed(std::size_t place, const std::string& message) {
    ASSERT_GT(records_.size(), place);
    const Record& record = records_[place];
    EXPECT_EQ(record.status, Status::failed);
    EXPECT_EQ(record.error, ErrorClass::disk);
    EXPECT_EQ(record.retryable, true);
    EXPECT_FALSE(record.file_name || record.bytes || record.sha256);
    EXPECT_NE(record.message.value_or("").find(message), std::string::npos) << *record.message;
  }
  /// The run is over: what still comes is reported, and nothing is written.
  void expect_the_end() {
    (void)take_log();
    records_.clear();
    const auto rows = ledger_.rows.size();
    settle(saved(50, "later.jpg"), failed_row(51));
    EXPECT_EQ(take_log(), (Log{"record 50", "settled", "record 51", "settled"}));
    expect_failed(0, *settler_.output_error());
    expect_failed(1, *settler_.output_error());
    EXPECT_EQ(ledger_.rows.size(), rows);
    EXPECT_FALSE(exists("later.jpg"));
    settler_.finish();
    EXPECT_EQ(take_log(), Log{}) << "what is noted stays, for the next run";
  }
  static Ledger::Failure failure(bool full) { return {.full = full, .message = "no ledger"}; }
};

/// The kernel tells an error once: a second sync would say that all is well.
TEST_F(BatchFailuresTest, NothingIsRecordedWhenTheSyncFails) {
  sync_error_ = EIO;
  settle(saved(1, "a.jpg"), failed_row(2));
  EXPECT_EQ(take_log(), (Log{"sync", "record 1", "settled", "record 2", "settled"}));
  EXPECT_TRUE(ledger_.rows.empty());
  EXPECT_FALSE(exists("a.jpg"));
  ASSERT_TRUE(settler_.output_error());
  EXPECT_NE(settler_.output_error()->find("Input/output error"), std::string::npos);
  expect_failed(0, "Input/output error");
  expect_failed(1, "Input/output error");
  sync_error_ = 0;
  expect_the_end();
}

TEST_F(BatchFailuresTest, TheLastSyncMayFailToo) {
  settle(saved(1, "a.jpg"));
  (void)take_log();
  sync_error_ = ENOSPC;
  settler_.finish();
  EXPECT_EQ(take_log(), Log{"sync"});
  EXPECT_TRUE(settler_.output_error());
  EXPECT_EQ(ledger_.placing.size(), 1u) << "still noted";
}

TEST_F(BatchFailuresTest, PlacedMayBeImpossibleToNote) {
  settle(saved(1, "a.jpg"));
  ledger_.failures = {failure(false)};
  settler_.finish();
  EXPECT_EQ(settler_.output_error(), "no ledger");
}

TEST_F(BatchFailuresTest, NothingIsRenamedWhenTheLedgerCannotBeWritten) {
  ledger_.failures = {failure(false)};
  settle(saved(1, "a.jpg"), failed_row(2));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "record 1", "settled", "record 2", "settled"}));
  EXPECT_FALSE(exists("a.jpg"));
  EXPECT_TRUE(has_part(1)) << "nor is it lost";
  EXPECT_EQ(settler_.output_error(), "no ledger");
  expect_failed(0, "no ledger");
  expect_failed(1, "no ledger");
  expect_the_end();
}

TEST_F(BatchFailuresTest, OnAFullDiskTheLastBatchHasItsReserve) {
  ledger_.failures = {failure(true)};
  settle(saved(1, "a.jpg"), failed_row(2));
  EXPECT_EQ(take_log(),
            (Log{"sync", "write", "free", "write", "record 1", "settled", "record 2", "settled"}));
  EXPECT_EQ(read("a.jpg"), "body");
  EXPECT_EQ(records_.at(0).status, Status::saved);
  EXPECT_EQ(records_.at(1).error, ErrorClass::timeout) << "its own failure";
  EXPECT_EQ(settler_.output_error(), "no ledger") << "but the run ends";
  expect_the_end();
  EXPECT_EQ(ledger_.placing.size(), 1u);
}

TEST_F(BatchFailuresTest, AFullDiskWithoutReserveIsTheEnd) {
  has_reserve_ = false;
  ledger_.failures = {failure(true)};
  settle(saved(1, "a.jpg"));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "free", "record 1", "settled"}));
  expect_failed(0, "no ledger");
  expect_the_end();
}

TEST_F(BatchFailuresTest, TheReserveMayNotBeEnough) {
  ledger_.failures = {failure(true), failure(true)};
  settle(saved(1, "a.jpg"));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "free", "write", "record 1", "settled"}));
  expect_failed(0, "no ledger");
  EXPECT_FALSE(exists("a.jpg"));
  expect_the_end();
}

TEST_F(BatchFailuresTest, ALostOutputIsNotWritten) {
  output_lost_ = "moved away";
  settle(saved(1, "a.jpg"));
  EXPECT_EQ(take_log(), (Log{"record 1", "settled"}));
  EXPECT_EQ(settler_.output_error(), "moved away");
  expect_failed(0, "moved away");
  expect_the_end();
}

TEST_F(BatchFailuresTest, AFolderThatMayNotBeWrittenIsTheEnd) {
  const FinishedLink first = saved(1, "a.jpg"), second = saved(2, "b.jpg");
  {
    const AsNobody nobody({parts_}, out_);
    settle(first, failed_row(9), second);
  }
  ASSERT_TRUE(settler_.output_error());
  expect_failed(0, "a.jpg");
  EXPECT_EQ(records_.at(1).error, ErrorClass::timeout) << "its row is in the ledger";
  expect_failed(2, "a.jpg");
  EXPECT_TRUE(has_part(1) && has_part(2));
  EXPECT_EQ(ledger_.placing.size(), 2u) << "the next run places them";
  expect_the_end();
}

TEST_F(BatchFailuresTest, OneLinksTroubleIsNotTheOutputs) {
  on_ledger_ = [&](const std::string& call) {
    if (call == "write") placer_.discard(part_of(1));
  };
  settle(saved(1, "a.jpg"), saved(2, "b.jpg"));
  EXPECT_FALSE(settler_.output_error());
  EXPECT_EQ(take_log(),
            (Log{"sync", "write", "give_up", "record 1", "settled", "record 2", "settled"}));
  expect_failed(0, "cannot give it the name");
  EXPECT_EQ(records_.at(1).status, Status::saved);
  EXPECT_EQ(ledger_.given_up.size(), 1u);
}

/// Its other name is noted before it is used, and reported.
TEST_F(BatchFailuresTest, ANameThatTheDiskRefusesCostsNoBytes) {
  disk_.refuses = refuse_signs;
  settle(saved(1, "a:b.jpg"), saved(2, "b.jpg"));
  EXPECT_FALSE(settler_.output_error());
  EXPECT_EQ(take_log(),
            (Log{"sync", "write", "rename", "record 1", "settled", "record 2", "settled"}));
  EXPECT_EQ(records_.at(0).status, Status::saved);
  EXPECT_EQ(records_.at(0).file_name, other("a_b.jpg", 1));
  EXPECT_EQ(ledger_.rows.at(1).record.file_name, other("a_b.jpg", 1));
}

/// Once is enough: the next batches are noted as the disk takes them.
TEST_F(BatchFailuresTest, WhatTheDiskRefusesIsLearnedOnceARun) {
  disk_.refuses = refuse_signs;
  settle(saved(1, "a:b.jpg"));
  (void)take_log();
  disk_.calls.clear();
  settle(saved(2, "c?d:.jpg"), saved(3, "\xC3\xA9.jpg"));
  EXPECT_EQ(take_log(), (Log{"sync", "write", "record 2", "settled", "record 3", "settled"}));
  EXPECT_EQ(disk_.calls.size(), 2u);
  EXPECT_EQ(records_.at(1).file_name, other("c_d_.jpg", 2)) << "as it was in the first batch";
  const LedgerRow& row = ledger_.rows.at(2);
  EXPECT_EQ(row.record.file_name, other("c_d_.jpg", 2));
  EXPECT_EQ(row.name_key, name_key(other("c_d_.jpg", 2)));
  EXPECT_EQ(settled_names_.at(1), std::pair(key_of("c?d:.jpg"), key_of("c?d:.jpg")))
      << "what was claimed is free again";
  EXPECT_EQ(records_.at(2).file_name, "\xC3\xA9.jpg");

  write(other("e_f.jpg", 4), "foreign");
  settle(saved(4, "e:f.jpg"));
  EXPECT_EQ(records_.at(3).file_name, other("e_f.jpg", 4, 2));
  EXPECT_EQ(read(other("e_f.jpg", 4)), "foreign");
}

TEST_F(BatchFailuresTest, ADiskThatTakesNoNameIsTheEnd) {
  disk_.refuses = [](std::string_view) { return EINVAL; };
  settle(saved(1, "a.jpg"), saved(2, "b.jpg"));
  ASSERT_TRUE(settler_.output_error());
  expect_failed(0, "Invalid argument");
  expect_failed(1, "Invalid argument");
  EXPECT_TRUE(has_part(1) && has_part(2));
  EXPECT_EQ(ledger_.placing.size(), 2u) << "the next run places them";
  expect_the_end();
}

/// A worker that was taken over may say anything.
TEST_F(BatchFailuresTest, AWorkersWordIsNotTaken) {
  write_part(1, "bodies");  // six bytes
  (void)saved(3, "c.jpg");
  std::filesystem::create_directory(parts_ / part_of(4));
  std::filesystem::create_symlink("four", parts_ / part_of(5));  // of four bytes itself
  struct stat folder {};
  ASSERT_EQ(::fstatat(part_fd_.get(), part_of(4).c_str(), &folder, 0), 0);
  const Saved four{.bytes = 4};
  settle(finished(1, "a.jpg", four), finished(2, "b.jpg", four), finished(3, "c.jpg", four),
         finished(4, "d.jpg", Saved{.bytes = static_cast<std::uint64_t>(folder.st_size)}),
         finished(5, "e.jpg", four));
  expect_failed(0, "has 6 bytes where the worker wrote 4");
  expect_failed(1, "its part file is gone");
  EXPECT_EQ(records_.at(2).status, Status::saved);
  expect_failed(3, "its part file");
  expect_failed(4, "its part file");
  EXPECT_EQ(support::files_in(out_), (std::map<std::string, std::string>{{"c.jpg", "body"}}));
  EXPECT_FALSE(settler_.output_error());
  EXPECT_EQ(ledger_.rows.size(), 5u);
  EXPECT_EQ(ledger_.rows.at(1).record.error, ErrorClass::disk);
  EXPECT_EQ(ledger_.rows.at(1).file, std::nullopt);
  EXPECT_EQ(ledger_.placing.size(), 1u);
}

TEST_F(BatchFailuresTest, SomebodyElsesFileGetsNoName) {
  const std::string precious = temp_.write("precious", "four");
  std::filesystem::create_hard_link(precious, parts_ / part_of(1));
  settle(finished(1, "a.jpg", Saved{.bytes = 4}));
  expect_failed(0, "its part file is something else, or has other names");
  EXPECT_TRUE(support::files_in(out_).empty());
  EXPECT_EQ(support::read_file(precious), "four");
}

/// Behind the settler's back, between its look and the rename.
TEST_F(BatchFailuresTest, APartThatIsReplacedMeanwhileGetsNoName) {
  const std::string precious = temp_.write("precious", "four");
  on_sync_ = [&] {
    for (const unsigned number : {1u, 2u}) std::filesystem::remove(parts_ / part_of(number));
    std::filesystem::create_symlink(precious, parts_ / part_of(1));
    std::filesystem::create_hard_link(precious, parts_ / part_of(2));
  };
  settle(saved(1, "a.jpg"), saved(2, "x/b.jpg"), saved(3, "c.jpg"));
  expect_failed(0, "its part file was replaced by something else");
  expect_failed(1, "its part file was replaced by something else");
  EXPECT_EQ(records_.at(2).status, Status::saved);
  EXPECT_EQ(support::files_in(out_), (std::map<std::string, std::string>{{"c.jpg", "body"}}));
  EXPECT_EQ(support::read_file(precious), "four");
  EXPECT_FALSE(settler_.output_error());
  EXPECT_FALSE(has_part(1) || has_part(2)) << "nor does it lie there";
}

TEST_F(BatchFailuresTest, ALieAboutANewerFileLeavesTheEarlierRow) {
  FinishedLink lie = finished(1, "a.jpg", Saved{.bytes = 4});
  with_earlier(lie, "old");
  settle(lie);
  expect_failed(0, "its part file is gone");
  EXPECT_TRUE(ledger_.rows.empty());
  EXPECT_EQ(read("a.jpg"), "old");
}

}  // namespace
}  // namespace fanfetch
