#include "coordinator/ledger/rows_ahead.h"

#include <gtest/gtest.h>

#include "coordinator/ledger/seen_rows.h"
#include "tests/coordinator/ledger/ledger_samples.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

class RowsAheadTest : public ::testing::Test {
 protected:
  /// A ledger whose rows 1 to `count` are of the links 1 to `count`.
  void fill(unsigned count) {
    std::vector<LedgerEntry> batch;
    for (unsigned number = 1; number <= count; ++number) {
      batch.push_back({.row = number % kFails == 0 ? failed_row(number) : saved(number)});
    }
    ASSERT_TRUE(open_.ledger->write(batch));
    history_ = open_history(path_);
  }
  static LedgerRow saved(unsigned number) {
    return saved_row(number, std::to_string(number) + ".jpg");
  }

  /// The row of a link, however it is had; counts those that had to be looked up.
  std::optional<LedgerRow> row_of(unsigned number) {
    if (auto row = ahead_.take(link_of(number))) return row;
    ++looked_up_;
    auto row = history_->find(link_of(number));
    if (row) ahead_.found(row->row, *history_);
    return row;
  }

  static constexpr unsigned kFails = 97;  // one of so many links has failed
  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
  const OpenLedger open_ = open_sqlite(path_);
  std::unique_ptr<History> history_;
  RowsAhead ahead_;
  unsigned looked_up_ = 0;
};

TEST_F(RowsAheadTest, YieldsWhatALookUpDoes) {
  fill(1000);
  for (unsigned number = 1; number <= 1000; ++number) {
    const auto row = row_of(number);
    ASSERT_TRUE(row) << number;
    const auto wanted = history_->find(link_of(number));
    EXPECT_EQ(row->row, wanted->row);
    EXPECT_EQ(row->run, wanted->run);
    EXPECT_EQ(row->link, wanted->link);
    EXPECT_EQ(row->record.status, wanted->record.status);
    EXPECT_EQ(row->record.index, wanted->record.index);
    EXPECT_EQ(row->record.file_name, wanted->record.file_name);
    EXPECT_EQ(row->record.bytes, wanted->record.bytes);
    EXPECT_EQ(row->name_key, wanted->name_key);
    EXPECT_EQ(row->file, wanted->file);
    EXPECT_EQ(row->failed_since, wanted->failed_since);
  }
  EXPECT_LT(looked_up_, 40U) << "those that failed, and the first of each reading";
}

TEST_F(RowsAheadTest, FollowsAListWhoseLinksWereSettledInNoOrder) {
  fill(2000);
  unsigned missing = 0;
  for (unsigned begin = 0; begin < 2000; begin += 50) {
    for (unsigned number = begin + 50; number > begin; --number) {
      if (!row_of(number)) ++missing;
    }
  }
  EXPECT_EQ(missing, 0U);
  EXPECT_LT(looked_up_, 150U);
}

TEST_F(RowsAheadTest, ReadsNothingAheadForAListInAnotherOrder) {
  fill(2000);
  for (unsigned number = 1; number <= 2000; ++number) ASSERT_TRUE(row_of(number * 777 % 2000 + 1));
  EXPECT_GT(looked_up_, 1900U);
}

TEST_F(RowsAheadTest, ALinkIsHadOnceOfEachReading) {
  fill(50);
  ASSERT_TRUE(row_of(1));
  EXPECT_TRUE(ahead_.take(link_of(2)));
  EXPECT_FALSE(ahead_.take(link_of(2))) << "what it says may be out of date by now";
  EXPECT_TRUE(row_of(2)) << "as the ledger has it";
}

/// It may be had again as it was before this run settled it.
TEST_F(RowsAheadTest, ALinkThatIsHadAgainIsKnownByItsRow) {
  fill(50);
  SeenRows seen = SeenRows::make(temp_.path()).value();
  const auto looked_up = row_of(1);
  ASSERT_TRUE(looked_up);
  EXPECT_FALSE(seen.add(looked_up->row, 7));
  const auto again = ahead_.take(link_of(1));
  ASSERT_TRUE(again) << "it was read with those that follow it";
  EXPECT_EQ(seen.add(again->row, 8), 7U);
}

TEST_F(RowsAheadTest, KnowsNoLinkThatIsNotInTheLedger) {
  fill(50);
  ASSERT_TRUE(row_of(1));
  EXPECT_FALSE(ahead_.take(link_of(51)));
}

}  // namespace
}  // namespace fanfetch
