#include <gtest/gtest.h>

#include <filesystem>

#include "coordinator/ledger/history.h"
#include "coordinator/ledger/open_ledger.h"
#include "coordinator/ledger/sqlite_ledger.h"
#include "tests/support/temp_dir.h"

namespace fanfetch {
namespace {

constexpr int kMaxPages = 100;
constexpr std::uintmax_t kPageBytes = 4096 + 24;  // with its frame's header

/// A log that never began anew was seen to reach 22 GB.
class LogLengthTest : public ::testing::Test {
 protected:
  LogLengthTest() : ledger_(std::move(open_ledger(path_)->database), path_, kMaxPages) {
    EXPECT_TRUE(ledger_.begin_run(WallTime{}, 1));
    history_ = std::move(*History::open(path_));
  }

  void write_batch() {
    std::vector<LedgerEntry> batch(20);
    for (LedgerEntry& entry : batch) {
      entry.row.link = link_id(sha256(std::to_string(++links_)));
      entry.row.record.url = "http://x/" + std::to_string(links_);
      entry.row.record.error = ErrorClass::http_4xx;
    }
    ASSERT_TRUE(ledger_.write(batch));
  }
  [[nodiscard]] std::uintmax_t log_pages() const {
    return std::filesystem::file_size(path_ + "-wal") / kPageBytes;
  }

  support::TempDir temp_;
  const std::string path_ = temp_.at("ledger.sqlite");
  SqliteLedger ledger_;
  std::unique_ptr<History> history_;
  int links_ = 0;
};

TEST_F(LogLengthTest, IsBoundedAlthoughSomebodyReadsBetweenAllBatches) {
  for (int i = 0; i < 200; ++i) {
    history_->look_again();
    (void)history_->find(LinkId{});
    history_->stop_looking();
    write_batch();
  }
  EXPECT_LE(log_pages(), 2u * kMaxPages);
  EXPECT_EQ(4000, links_);
}

TEST_F(LogLengthTest, GrowsOnlyAsLongAsSomebodyLooksAtOldRows) {
  history_->look_again();
  (void)history_->find(LinkId{});
  for (int i = 0; i < 100; ++i) write_batch();
  const auto held = log_pages();
  EXPECT_GT(held, 2u * kMaxPages) << "the test must be able to see the difference";
  EXPECT_FALSE(history_->find(link_id(sha256("1")))) << "as of when the look began";
  history_->look_again();
  EXPECT_TRUE(history_->find(link_id(sha256("1"))));
  history_->stop_looking();
  for (int i = 0; i < 100; ++i) write_batch();
  EXPECT_LE(log_pages(), held + 2u * kMaxPages);
}

}  // namespace
}  // namespace fanfetch
